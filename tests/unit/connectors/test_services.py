"""Each service: three pages as documented, the table made from them, and what has changed in it."""

from __future__ import annotations

import csv
import datetime as dt
import json
from urllib.parse import parse_qs, urlsplit

import pytest

LONG = ["source", "indicateur", "code_indicateur", "pays", "annee", "valeur", "unite", "note"]


def world_bank_page(page: int, rows: list[tuple[str, float | None]]) -> list:
    items = [
        {"indicator": {"id": "IT.NET.USER.ZS", "value": "Internautes"},
         "country": {"id": "MA", "value": "Maroc"}, "countryiso3code": "MAR",
         "date": year, "value": value, "unit": "", "obs_status": "", "decimal": 0}
        for year, value in rows
    ]  # fmt: skip
    return [{"page": page, "pages": 3, "per_page": "1000", "total": 3, "sourceid": "2",
             "lastupdated": "2026-02-24"}, items]  # fmt: skip


def gho_row(year: int, value: float | None, **more: object) -> dict:
    return {"Id": year, "IndicatorCode": "HWF_0001", "SpatialDimType": "COUNTRY",
            "SpatialDim": "MAR", "TimeDim": year, "NumericValue": value, "Value": "texte",
            "Dim1Type": None, "Dim1": None, "Low": None, "High": None,
            "Comments": None} | more  # fmt: skip


def work(number: int, **more: object) -> dict:
    return {"id": f"https://openalex.org/W{number}", "doi": f"https://doi.org/10.1/{number}",
            "display_name": f"Titre,  {number}", "publication_date": "2025-04-03",
            "type": "article", "primary_location": {"landing_page_url": "https://x.org"}} | more  # fmt: skip


def submission(number: int, **more: object) -> dict:
    return {"_id": number, "_uuid": f"u{number}", "_submission_time": "2026-01-02T10:00:00",
            "identite/nom": f"Nom {number}", "outils": "dme sih", "formhub/uuid": "f",
            "meta/instanceID": "uuid:1", "_attachments": [], "_geolocation": [None, None],
            "_notes": [], "_tags": [], "_validation_status": {}} | more  # fmt: skip


def odk_row(number: int, **more: object) -> dict:
    return {"__id": f"uuid:{number}", "identite": {"nom": f"Nom {number}", "age": 30 + number},
            "position": "POINT (-7.6 33.5)", "present": True, "autre": None,
            "visites@odata.navigationLink": "Submissions('uuid:1')/visites",
            "__system": {"submissionDate": "2026-01-02T10:00:00Z", "submitterName": "Enquêteur",
                         "attachmentsPresent": 0, "updatedAt": None}} | more  # fmt: skip


def odk_page(service_url: str, row: dict, token: str | None, count: int = 3) -> dict:
    page = {"@odata.context": f"{service_url}/v1/x", "@odata.count": count, "value": [row]}
    if token:
        # Another host on purpose: only the parameters of the link are used.
        page["@odata.nextLink"] = f"https://ailleurs.exemple/v1/x?%24top=1000&%24skiptoken={token}"
    return page


def dhis2_page(period: str, value: str) -> dict:
    return {"headers": [{"name": "dx", "meta": True}, {"name": "ou", "meta": True},
                        {"name": "pe", "meta": True}, {"name": "value", "meta": False}],
            "metaData": {"items": {"fb": {"name": "Consultations"}, "o1": {"name": "Fès"},
                                   period: {"name": f"mois {period}"}}},
            "rows": [["fb", "o1", period, value]], "height": 1, "width": 4}  # fmt: skip


WORLD_BANK = {"connector": "world_bank", "countries": ["MAR"],
              "indicators": {"IT.NET.USER.ZS": "% de la population"}}  # fmt: skip
GHO = {"connector": "gho", "countries": ["MAR"], "indicators": {"HWF_0001": "pour 10 000"}}
OPENALEX = {"connector": "openalex", "country": "MAR",
            "technologies": {"telemedecine": "telemedicine OR telehealth"}}  # fmt: skip
KOBO = {"connector": "kobotoolbox", "form": "aBc123", "table": "patients", "profile": "kobo"}
ODK = {"connector": "odk_central", "project": 7, "form": "enquête", "table": "patients"}
DHIS2 = {"connector": "dhis2", "data": ["fb"], "organisation_units": ["o1"],
         "periods": ["202501", "202502", "202503"], "public": True}  # fmt: skip
PRIVATE = {"kobotoolbox", "odk_central"}
WITH_TOKEN = {"openalex": "Bearer", "kobotoolbox": "Token", "odk_central": "Bearer",
              "dhis2": "ApiToken"}  # fmt: skip


def plans(url: str) -> dict[str, tuple[dict, list]]:
    """Declaration and three pages of each connector."""
    return {
        "world_bank": (WORLD_BANK, [world_bank_page(1, [("2024", 91.2)]),
                                    world_bank_page(2, [("2023", None)]),
                                    world_bank_page(3, [("2022", 88)])]),
        "gho": (GHO, [{"value": [{"IndicatorCode": "HWF_0001", "IndicatorName": "Médecins"}]},
                      {"value": [gho_row(2021, 7.4)], "@odata.nextLink": f"{url}/HWF_0001?$skip=1"},
                      {"value": [gho_row(2020, 7.3)]}]),
        "openalex": (OPENALEX, [{"meta": {"count": 3, "next_cursor": "b"}, "results": [work(2)]},
                                {"meta": {"count": 3, "next_cursor": "c"}, "results": [work(1)]},
                                {"meta": {"count": 3, "next_cursor": None}, "results": [work(3)]}]),
        "kobotoolbox": (KOBO, [{"count": 3, "next": "http://n", "results": [submission(1)]},
                               {"count": 3, "next": "http://n", "results": [submission(2)]},
                               {"count": 3, "next": None, "results": [submission(3)]}]),
        "odk_central": (ODK, [odk_page(url, odk_row(1), "aa"), odk_page(url, odk_row(2), "bb"),
                              odk_page(url, odk_row(3), None)]),
        "dhis2": (DHIS2, [dhis2_page("202501", "12"), dhis2_page("202502", "13.5"),
                          dhis2_page("202503", "0")]),
    }  # fmt: skip


CONNECTORS = list(plans(""))


def prepare(site, connector: str, **changes: object) -> int | None:
    """Declare and plan the three pages; the edition to fetch for."""
    declaration, pages = plans(site.service.url)[connector]
    site.declare("essai", declaration | changes)
    site.service.plan = [site.reply(page) for page in pages]
    if connector in WITH_TOKEN:
        site.secret("essai")
    return 2026 if connector in PRIVATE else None


def rows(site, fetched) -> list[dict[str, str]]:
    path = fetched.written[0].path
    file = path if path.is_file() else path / "donnees.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def asked(site, number: int) -> dict[str, list[str]]:
    return parse_qs(urlsplit(site.service.paths[number]).query)


@pytest.mark.parametrize("connector", CONNECTORS)
def test_three_pages_are_read_to_the_end(site, connector):
    fetched = site.fetch("essai", prepare(site, connector))
    assert fetched.pages == 3
    assert fetched.rows == (2 if connector == "gho" else 3)
    assert len(site.said) == 3
    assert site.service.plan == []


@pytest.mark.parametrize(("connector", "scheme"), WITH_TOKEN.items())
def test_the_token_travels_in_its_header_only(site, connector, scheme):
    site.fetch("essai", prepare(site, connector))
    for path, headers in site.service.asked:
        assert headers["Authorization"] == f"{scheme} {site.SECRET}"
        assert site.SECRET not in path
    written = [p for p in site.project.root.rglob("*") if p.is_file()]
    assert [p for p in written if site.SECRET.encode() in p.read_bytes()] == []


def test_world_bank_table(site):
    fetched = site.fetch("essai", prepare(site, "world_bank"))
    first = dict(zip(LONG, ["Producteur", "Internautes", "IT.NET.USER.ZS", "MAR", "2022", "88",
                            "% de la population", ""], strict=True))  # fmt: skip
    assert rows(site, fetched) == [
        first, first | {"annee": "2023", "valeur": ""}, first | {"annee": "2024", "valeur": "91.2"}
    ]  # fmt: skip
    assert site.service.paths[0] == (
        "/v2/fr/country/MAR/indicator/IT.NET.USER.ZS"
        "?format=json&per_page=1000&date=1960:2026&page=1"
    )
    assert asked(site, 2)["page"] == ["3"]


def test_world_bank_years_follow_the_dates(site):
    prepare(site, "world_bank", until=dt.date(2024, 12, 31), language="en")
    site.fetch("essai", since=dt.date(2022, 5, 1))
    assert site.service.paths[0].startswith("/v2/country/MAR/indicator/")
    assert asked(site, 0)["date"] == ["2022:2024"]


def test_world_bank_refuses_in_an_answer_of_status_200(site, refusal):
    prepare(site, "world_bank")
    message = [{"id": "120", "key": "Invalid value",
                "value": "The provided parameter value is not valid"}]  # fmt: skip
    site.service.plan = [site.reply([{"message": message}])]
    error = refusal("essai")
    assert error.looked_at == "source 'essai', page 1 (IT.NET.USER.ZS), indicator IT.NET.USER.ZS"
    assert "Invalid value: The provided parameter value is not valid" in error.found


@pytest.mark.parametrize("nothing", [[], [None]])
def test_world_bank_without_data_is_an_error(site, refusal, nothing):
    prepare(site, "world_bank")
    paging = {"page": 1, "pages": 0, "per_page": 50, "total": 0}
    site.service.plan = [site.reply([paging, *nothing])]
    assert refusal("essai").found == "no row in 1 page"


def test_gho_table_has_titles_dimensions_and_texts(site):
    prepare(site, "gho")
    row = gho_row(2021, None, Value="Yes", Dim1Type="SEX", Dim1="SEX_BTSX", Low=1, High=2.5)
    site.service.plan[1:] = [site.reply({"value": [row]})]
    assert rows(site, site.fetch("essai")) == [dict(zip(LONG, [
        "Producteur", "Médecins", "HWF_0001", "MAR", "2021", "", "pour 10 000",
        "SEX=SEX_BTSX; bas=1; haut=2.5; texte=Yes"], strict=True))]  # fmt: skip
    assert site.service.paths[0] == "/Indicator?$filter=IndicatorCode%20eq%20'HWF_0001'"
    assert site.service.paths[1] == "/HWF_0001?$filter=SpatialDim%20eq%20'MAR'"


def test_gho_follows_the_link_on_the_declared_host(site):
    prepare(site, "gho")
    site.fetch("essai")
    assert site.service.paths[2] == "/HWF_0001?$filter=SpatialDim%20eq%20'MAR'&$skip=1"


def test_gho_dates_and_countries(site):
    prepare(site, "gho", countries=["MAR", "TUN"], until=dt.date(2024, 12, 31))
    site.fetch("essai", since=dt.date(2015, 1, 1))
    assert asked(site, 1)["$filter"] == [
        "(SpatialDim eq 'MAR' or SpatialDim eq 'TUN') and date(TimeDimensionBegin) ge 2015-01-01"
        " and date(TimeDimensionBegin) lt 2025-01-01"]  # fmt: skip


def test_gho_unknown_indicator(site, refusal):
    prepare(site, "gho")
    site.service.plan[0] = site.reply({"value": []})
    assert refusal("essai").found == "'HWF_0001', which the service doesn't know"


def test_openalex_signals(site):
    fetched = site.fetch("essai", prepare(site, "openalex"))
    found = rows(site, fetched)
    assert found[0] == {
        "id_signal": "W1_telemedecine", "source": "openalex", "date": "2025-04-03",
        "technologie": "telemedecine", "type": "article", "titre": "Titre, 1",
        "lien": "https://doi.org/10.1/1", "pays": "MAR"}  # fmt: skip
    assert [row["id_signal"] for row in found] == [f"W{n}_telemedecine" for n in (1, 2, 3)]
    query = asked(site, 1)
    assert query["cursor"] == ["b"]
    assert query["filter"] == ["institutions.country_code:ma"]
    assert "authorships" not in query["select"][0]


def test_openalex_without_a_key_goes_by_page_number(site):
    prepare(site, "openalex")
    site.environ.clear()
    site.service.plan = [
        site.reply({"meta": {"count": 101}, "results": [work(n) for n in range(100)]}),
        site.reply({"meta": {"count": 101}, "results": [work(100, doi=None), work(99)]}),
    ]
    found = rows(site, site.fetch("essai"))
    assert len(found) == 101  # A work shown on two pages is one signal.
    assert {row["id_signal"]: row["lien"] for row in found}["W100_telemedecine"] == "https://x.org"
    assert asked(site, 1)["page"] == ["2"]
    assert "Authorization" not in site.service.asked[0][1]


def test_openalex_without_a_key_stops_before_ten_thousand(site, refusal):
    prepare(site, "openalex")
    site.environ.clear()
    site.service.plan = [site.reply({"meta": {"count": 10_001}, "results": [work(1)]})]
    assert refusal("essai").found == "10001 works"


def test_kobo_table(site):
    fetched = site.fetch("essai", prepare(site, "kobotoolbox"))
    assert rows(site, fetched)[1] == {
        "_id": "2", "_uuid": "u2", "_submission_time": "2026-01-02T10:00:00",
        "identite/nom": "Nom 2", "outils": "dme sih", "_index": "2"}  # fmt: skip
    assert [asked(site, n)["start"] for n in range(3)] == [["0"], ["1"], ["2"]]


def test_kobo_dates_and_repeat_groups(site):
    visits = {"visites": [{"visites/date": "d1"}, {"visites/date": "d2"}], "autres": [{"a": 1}]}
    prepare(site, "kobotoolbox", repeat="visites", until=dt.date(2026, 1, 31))
    page = {"count": 2, "next": None, "results": [submission(1), submission(2, **visits)]}
    site.service.plan = [site.reply(page)]
    fetched = site.fetch("essai", 2026, since=dt.date(2026, 1, 1))
    assert json.loads(asked(site, 0)["query"][0]) == {
        "_submission_time": {"$gte": "2026-01-01", "$lt": "2026-02-01"}}  # fmt: skip
    assert rows(site, fetched) == [
        {"visites/date": day, "_submission__id": "2", "_submission__uuid": "u2",
         "_submission__submission_time": "2026-01-02T10:00:00", "_parent_index": "2",
         "_index": str(rank)}
        for rank, day in enumerate(["d1", "d2"], start=1)
    ]  # fmt: skip
    assert fetched.left_out == ["autres"]


def test_odk_table_has_the_columns_of_the_servers_export(site):
    fetched = site.fetch("essai", prepare(site, "odk_central"))
    assert rows(site, fetched)[0] == {
        "KEY": "uuid:1", "identite-nom": "Nom 1", "identite-age": "31",
        "position": "POINT (-7.6 33.5)", "present": "true", "autre": "",
        "SubmissionDate": "2026-01-02T10:00:00Z", "SubmitterName": "Enquêteur",
        "AttachmentsPresent": "0"}  # fmt: skip
    assert fetched.left_out == ["visites"]
    assert site.service.paths[0] == (
        "/v1/projects/7/forms/enqu%C3%AAte.svc/Submissions?$top=1000&$count=true&$wkt=true"
    )
    assert asked(site, 2)["$skiptoken"] == ["bb"]


def test_odk_dates_and_repeat_groups(site):
    prepare(site, "odk_central", repeat="visites", until=dt.date(2026, 1, 31))
    row = {"__id": "v1", "__Submissions-id": "uuid:1", "date": "d1"}
    site.service.plan = [site.reply(odk_page("", row, None, count=1))]
    fetched = site.fetch("essai", 2026, since=dt.date(2026, 1, 1))
    assert rows(site, fetched) == [{"KEY": "v1", "PARENT_KEY": "uuid:1", "date": "d1"}]
    assert ".svc/Submissions.visites?" in site.service.paths[0]
    assert asked(site, 0)["$filter"] == [
        "$root/Submissions/__system/submissionDate ge 2026-01-01 and "
        "$root/Submissions/__system/submissionDate lt 2026-02-01"]  # fmt: skip


def test_odk_with_user_and_password(site):
    prepare(site, "odk_central")
    site.environ = {"OBSANTE_ESSAI_USER": "a@b.ma", "OBSANTE_ESSAI_PASSWORD": site.SECRET}
    site.fetch("essai", 2026)
    assert site.service.asked[0][1]["Authorization"].startswith("Basic ")


def test_dhis2_table(site):
    fetched = site.fetch("essai", prepare(site, "dhis2"))
    assert rows(site, fetched)[1] == {
        "dx": "fb", "dx_nom": "Consultations", "ou": "o1", "ou_nom": "Fès", "pe": "202502",
        "pe_nom": "mois 202502", "valeur": "13.5"}  # fmt: skip
    assert site.service.paths[0] == (
        "/api/analytics.json?dimension=dx:fb&dimension=ou:o1&dimension=pe:202501")  # fmt: skip


def test_dhis2_dates_and_old_metadata(site):
    dates = {"since": dt.date(2025, 1, 1), "until": dt.date(2025, 12, 31)}
    site.declare("essai", DHIS2 | {"periods": []} | dates)
    site.secret("essai")
    page = {"headers": [{"name": "dx"}, {"name": "value"}], "rows": [["fb", "9"]],
            "metaData": {"names": {"fb": "Consultations"}}}  # fmt: skip
    site.service.plan = [site.reply(page)]
    assert rows(site, site.fetch("essai")) == [
        {"dx": "fb", "dx_nom": "Consultations", "valeur": "9"}]  # fmt: skip
    assert asked(site, 0)["startDate"] == ["2025-01-01"]


def test_dhis2_conflict_is_said_in_its_own_words(site, refusal):
    prepare(site, "dhis2")
    body = {"httpStatus": "Conflict", "httpStatusCode": 409, "status": "ERROR",
            "message": "Dimension is present in query without any valid dimension options",
            "errorCode": "E7124"}  # fmt: skip
    site.service.plan = [site.reply(body, 409)]
    assert refusal("essai").found.startswith("409 Conflict: E7124: Dimension is present")


CHANGED = {
    "world_bank": ({"erreur": 1}, "the whole answer", "an object", "a list"),
    "gho": ({"valeur": []}, "key 'value'", "no such key; keys: valeur", "the key"),
    "openalex": ({"meta": {"count": "x"}, "results": []}, "key 'meta.count'", "a text", "a number"),
    "kobotoolbox": ({"results": {}, "next": None}, "key 'results'", "an object", "a list"),
    "odk_central": ({"value": [{"id": 1}]}, "key 'value[0].__id'", "no such key; keys: id",
                    "the key"),
    "dhis2": ({"headers": [{"name": "dx"}], "rows": []}, "key 'headers'", "dx",
              "a header 'value'"),
}  # fmt: skip


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_changed_answer_names_the_key_and_the_documentation(site, refusal, connector):
    year = prepare(site, connector)
    body, place, found, expected = CHANGED[connector]
    site.service.plan = [site.reply(body)]
    error = refusal("essai", year)
    assert error.looked_at.startswith("source 'essai', page 1 (")
    assert error.looked_at.endswith(place)
    assert error.found == found
    assert error.expected.startswith(f"{expected}, as in https://")


def test_a_row_of_another_width_is_a_change(site, refusal):
    prepare(site, "dhis2")
    page = dhis2_page("202501", "1")
    page["rows"] = [["fb"]]
    site.service.plan = [site.reply(page)]
    assert refusal("essai").found == "1 cells"


def test_half_of_a_character_is_a_change(site, refusal):
    year = prepare(site, "kobotoolbox")
    site.service.plan = [site.reply(b'{"count": 1, "next": null, "results": [{"q": "\\ud83d"}]}')]
    error = refusal("essai", year)
    assert error.looked_at.endswith("key 'results[0].q'")
    assert error.found == "half of a character"


def test_repeat_groups_of_odk_are_named_as_their_tables(site):
    year = prepare(site, "odk_central")
    row = {"__id": "uuid:1", "soins": {"visites@odata.navigationLink": "x", "n": 1}}
    site.service.plan = [site.reply({"value": [row]})]
    assert site.fetch("essai", year).left_out == ["soins.visites"]


@pytest.mark.parametrize("connector", ["world_bank", "kobotoolbox", "odk_central"])
def test_fewer_rows_than_announced_is_an_error(site, refusal, connector):
    year = prepare(site, connector)
    pages = [reply.body for reply in site.service.plan]
    if connector == "world_bank":
        for page in pages:
            page[0]["total"] = 4
    for page in pages:
        if isinstance(page, dict):
            page |= {"count": 4, "@odata.count": 4}
    error = refusal("essai", year)
    assert (error.found, error.expected) == ("3 rows received", "4, as the service announces")
