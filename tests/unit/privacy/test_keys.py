"""The key: published for the demonstration, secret for real data; one person, one pseudonym."""

from __future__ import annotations

import hashlib
import hmac
import re

import pandas as pd
import pytest

from obsante.collect.privacy import Key, link_lost, load_key, needs_key
from obsante.collect.table_schema import PSEUDONYM
from obsante.errors import DataError, EditionError


def refusal(survey) -> EditionError:
    with pytest.raises(EditionError) as raised:
        load_key(survey.project, survey.edition)
    return raised.value


def test_a_pseudonym_is_the_start_of_a_keyed_hash_of_kind_and_normal_form():
    expected = hmac.new(b"k" * 32, b"courriel:a@b.invalid", hashlib.sha256).hexdigest()[:20]
    assert Key(b"k" * 32).pseudonym("courriel", " A@B.invalid") == f"p{expected}"
    assert re.fullmatch(PSEUDONYM, f"p{expected}")


def test_usual_writings_of_a_value_have_one_pseudonym_and_kinds_and_keys_have_theirs():
    key = Key(b"k" * 32)
    writings = ("06 00 00 00 01", "+212600000001", "00212 6-00-00-00-01", "600000001")
    phones = {key.pseudonym("telephone", text) for text in writings}
    cards = {key.pseudonym("cin", text) for text in ("zz 000001", "ZZ000001", "zz-000001")}
    names = {key.pseudonym("nom", text) for text in ("Ana  FICTIVE", "ana fictive\u00a0")}
    assert len(phones) == len(cards) == len(names) == 1
    assert key.pseudonym("cin", "x") != key.pseudonym("nom", "x")
    assert Key(b"j" * 32).pseudonym("nom", "x") != key.pseudonym("nom", "x")


def test_missing_stays_missing_and_nothing_usable_is_nobody():
    values = pd.Series(["06 00 00 00 01", None, "inconnu"], dtype="str")
    made = Key(b"k" * 32).pseudonyms("telephone", values)
    assert made.notna().tolist() == [True, False, False]


def test_the_secret_is_in_no_representation():
    key = Key(b"tres-secret")
    assert "tres-secret" not in repr(key) + str(key) + f"{key!r:>10}"
    assert re.fullmatch("[0-9a-f]{16}", key.fingerprint)
    assert key.fingerprint in repr(key)


def test_a_demonstration_has_the_published_key_whatever_the_environment(survey, secret):
    edition = survey.edition_of(2024, "demonstration")
    assert load_key(survey.project, edition) == Key(survey.published.encode())


def test_a_real_edition_takes_the_environment_s(survey, monkeypatch, secret):
    monkeypatch.setenv("OBSANTE_PSEUDONYM_KEY", f" {secret}\n")
    assert load_key(survey.project, survey.edition) == Key(secret.encode())


def test_a_real_edition_without_key_says_how_to_make_one(survey, keyring):
    keyring("raise errors.NoKeyringError('none')")
    error = refusal(survey)
    assert (error.looked_at, error.found) == ("edition 2025, key of the pseudonyms", "none")
    assert "OBSANTE_PSEUDONYM_KEY" in error.remedy
    assert "secrets.token_hex" in error.remedy


def test_the_system_s_keyring_is_the_second_place(survey, keyring):
    keyring("f'de-la-cle-du-trousseau-{service}-{name}'")
    expected = Key(b"de-la-cle-du-trousseau-obsante-pseudonyms")
    assert load_key(survey.project, survey.edition) == expected


def test_an_empty_keyring_is_no_key(survey, keyring):
    keyring("None")
    assert refusal(survey).found == "none"


def test_a_locked_keyring_is_an_error(survey, keyring):
    keyring("raise errors.KeyringError('locked')")
    with pytest.raises(DataError) as raised:
        load_key(survey.project, survey.edition)
    assert raised.value.found == "can't be read: KeyringError"


def test_the_published_key_is_refused_for_real_data(survey, monkeypatch):
    monkeypatch.setenv("OBSANTE_PSEUDONYM_KEY", survey.published)
    error = refusal(survey)
    assert error.found == "the published key of the demonstration"
    assert survey.published not in str(error)


@pytest.mark.parametrize("weak", ["0123456789abcdef0123456789abcde", "ab" * 32])
def test_a_short_or_regular_key_is_refused_without_being_shown(survey, monkeypatch, weak):
    monkeypatch.setenv("OBSANTE_PSEUDONYM_KEY", weak)
    error = refusal(survey)
    assert error.found == "a key that is too short, or that repeats itself"
    assert weak not in str(error)


@pytest.mark.parametrize("place", [".env", "notebooks/essai.ipynb", "data/raw/2025/note.md"])
def test_a_key_in_a_file_of_the_repository_is_refused(survey, secret, place):
    survey.write(place, f"cle: {secret}\n")
    error = refusal(survey)
    assert error.found == f"a key that {place} holds"
    assert secret not in str(error)


def test_environments_and_git_are_not_searched_for_the_key(survey, secret):
    survey.write("venv/pyvenv.cfg", "")
    survey.write("venv/bin/activate", secret)
    survey.write(".git/config", secret)
    assert load_key(survey.project, survey.edition).secret == secret.encode()


def test_the_configuration_must_be_there_and_known(survey):
    survey.write("config/privacy.yml", "demonstration_key: court\n")
    assert refusal(survey).looked_at == "config/privacy.yml, key demonstration_key"
    (survey.project.config / "privacy.yml").unlink()
    assert refusal(survey).found == "no such file"


def test_a_key_is_needed_where_a_table_has_pseudonyms(survey):
    assert needs_key([survey.table])
    assert not needs_key([survey.table.protected])


def test_a_lost_link_is_said_in_french_and_a_kept_one_is_not(survey):
    assert link_lost(survey.table, {2024: "a", 2025: "a"}) is None
    said = link_lost(survey.table, {2024: "a", 2025: "b"})
    assert said.startswith("La clé des pseudonymes n'est pas la même dans les éditions 2024, 2025")
    assert link_lost(survey.table, {2024: None, 2025: "b"}) == said
