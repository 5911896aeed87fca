"""config/fetch.yml is strict; secrets come from the environment or a keyring, never from it."""

from __future__ import annotations

import pytest
import yaml

from obsante.collect.connectors import load_settings
from obsante.collect.connectors.credentials import Credentials, find_credentials
from obsante.errors import ObsanteError
from obsante.paths import find_project

GHO = {"connector": "gho", "countries": ["MAR"], "indicators": {"A": "u"}}
KOBO = {"connector": "kobotoolbox", "form": "aBc123", "table": "patients"}
ODK = {"connector": "odk_central", "project": 1, "form": "f", "table": "t"}
DHIS2 = {"connector": "dhis2", "data": ["a"], "organisation_units": ["o"], "public": True}


def wrong(site) -> ObsanteError:
    with pytest.raises(ObsanteError) as raised:
        load_settings(site.project, site.environ)
    return raised.value


def test_the_file_of_the_project_is_right():
    settings = load_settings(find_project(), {})
    assert {source.connector for source in settings.sources.values()} == {
        "world_bank", "gho", "openalex"}  # fmt: skip


def test_its_commented_examples_are_right_too(site):
    text = (find_project().config / "fetch.yml").read_text(encoding="utf-8")
    before, _, examples = text.partition("keyring.\n  #\n")
    uncommented = "\n".join(line.replace("  # ", "  ", 1) for line in examples.splitlines())
    site.write("config/fetch.yml", f"{before}keyring.\n{uncommented}\n".replace("  #\n", "\n"))
    names = list(load_settings(site.project, {}).sources)
    assert names[3:] == ["kobo-etablissements", "odk-patients", "dhis2-consultations"]


@pytest.mark.parametrize(("changes", "where", "expected"), [
    ({"connector": "world_bnk"}, "key connector", "'world_bank' (nearest), or "),
    ({"contries": ["MAR"]}, "key contries", "'countries' (nearest)"),
    ({"countries": ["Maroc"]}, "key countries", "ISO 3166-1 alpha-3 codes"),
    ({"url": "ftp://x"}, "key url", "an address that starts with https://"),
    ({"url": "https://x/api?a=1"}, "key url", "an address without user, password"),
    ({"since": "2025-01-01"}, "key since", "Input should be a valid date"),
])  # fmt: skip
def test_a_wrong_key_is_named(site, changes, where, expected):
    site.declare("essai", GHO | changes)
    error = wrong(site)
    assert error.looked_at == f"config/fetch.yml, source 'essai', {where}"
    assert error.expected.startswith(expected)


def test_dates_in_order(site):
    text = {"since": yaml.safe_load("2025-02-01"), "until": yaml.safe_load("2025-01-01")}
    site.declare("essai", GHO | text)
    assert wrong(site).expected == "a day that is not before since, 2025-02-01"


def test_private_sources_have_a_table(site):
    site.declare("essai", {key: KOBO[key] for key in ("connector", "form")})
    assert wrong(site).expected.startswith("table: data that are not public")


def test_an_unknown_country(site):
    site.declare("essai", {"connector": "openalex", "country": "XQX", "technologies": {"t": "x"}})
    assert wrong(site).expected.startswith("the ISO 3166-1 alpha-3 code")


@pytest.mark.parametrize(("dates", "expected"), [
    ({}, "periods, or since and until"),
    ({"periods": ["2025"], "since": "2025-01-01"}, "periods, or since and until"),
    ({"since": "2025-01-01"}, "since and until together"),
])  # fmt: skip
def test_dhis2_takes_one_kind_of_dates(site, dates, expected):
    days = {key: yaml.safe_load(day) if key == "since" else day for key, day in dates.items()}
    site.declare("essai", DHIS2 | days)
    assert wrong(site).expected.startswith(expected)


def test_since_on_named_periods_is_refused(site, refusal):
    site.declare("essai", DHIS2 | {"periods": ["2025"]})
    site.secret("essai")
    error = refusal("essai", since=yaml.safe_load("2025-01-01"))
    assert error.looked_at == "source 'essai' with --since 2025-01-01, key (whole file)"


def test_an_unknown_source_names_the_nearest(site, refusal):
    site.declare("oms-gho", GHO)
    assert refusal("omsgho").expected == "'oms-gho' (nearest)"


def test_a_name_that_could_not_be_a_folder(site):
    site.declare("OMS é", GHO)
    assert wrong(site).looked_at == "config/fetch.yml, source 'OMS é'"


def test_no_file(site):
    assert wrong(site).found == "no such file"


SECRETS = {
    "a marked token": "d2pat_" + "5xVA12xyUbWNedQ" + "1151814092",
    "forty hexadecimal digits": "0123456789" * 2 + "abcdefabcdefabcdefab",
    "a header": "Authorization Token " + "abcdefgh",
    "a parameter": "api_key=" + "abcdefgh",
    "a key and its value": "password: " + "motdepasse",
    "a user and password": "https://moi:" + "motdepasse" + "@kobo.ma",
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("comment", [False, True])
def test_a_file_with_something_like_a_secret_is_refused(site, kind, comment):
    site.declare("essai", GHO)
    line = f"# {SECRETS[kind]}" if comment else f"autre: '{SECRETS[kind]}'"
    site.write("config/fetch.yml", site.text("config/fetch.yml") + line + "\n")
    error = wrong(site)
    assert error.looked_at.startswith("config/fetch.yml, line ")
    assert "not shown" in error.found
    assert SECRETS[kind] not in str(error)


def test_the_secret_of_the_environment_is_recognised_in_the_file(site):
    site.declare("essai", KOBO | {"title": "Titre court-1"})
    site.environ["OBSANTE_ESSAI_TOKEN"] = "court-1"
    assert "court-1" not in str(wrong(site))


def test_a_missing_secret_says_where_it_is_looked_for(site, refusal):
    site.declare("mon-odk", ODK)
    error = refusal("mon-odk", 2026)
    assert error.found == "no secret for this service"
    assert error.expected == (
        "OBSANTE_MON_ODK_TOKEN, or OBSANTE_MON_ODK_USER and OBSANTE_MON_ODK_PASSWORD, in the "
        "environment or the keyring (service obsante)"
    )
    assert "never in a file" in error.remedy
    assert site.service.asked == []


def test_a_secret_with_a_line_end_is_refused_without_being_shown(site, refusal):
    site.declare("essai", KOBO)
    site.environ["OBSANTE_ESSAI_TOKEN"] = f"{site.SECRET}\nX-Header: 1"
    assert refusal("essai", 2026).looked_at == "environment variable OBSANTE_ESSAI_TOKEN"


def test_every_form_of_a_secret_is_masked():
    credentials = Credentials("Token x", ("a/b c\"d", "court"))
    text = 'a/b c"d a%2Fb%20c%22d a%2Fb+c%22d a/b c\\"d court'
    assert credentials.scrub(text) == "••• ••• ••• ••• •••"
    assert repr(credentials) == "Credentials(set)"
    # A short password may be a word of the data.
    assert not credentials.repeated_in(b"court")


@pytest.mark.parametrize(("action", "found"), [
    ("service + '-' + name", "Token obsante-OBSANTE_ESSAI_TOKEN"),
    ("None", None),
    ("raise errors.NoKeyringError('absent')", None),
])  # fmt: skip
def test_the_keyring_is_read_where_it_is_installed(site, keyring, action, found):
    keyring(action)
    site.declare("essai", KOBO)
    source = load_settings(site.project, {}).source("essai")
    if found:
        assert find_credentials("essai", source, {}).header == found
    else:
        with pytest.raises(ObsanteError):
            find_credentials("essai", source, {})


def test_a_locked_keyring_is_said_without_its_words(site, keyring, refusal):
    keyring(f"raise errors.KeyringError('{site.SECRET}')")
    site.declare("essai", KOBO)
    with pytest.raises(ObsanteError) as raised:
        find_credentials("essai", load_settings(site.project, {}).source("essai"), {})
    assert raised.value.found == "can't be read: KeyringError"
    assert site.SECRET not in str(raised.value)
