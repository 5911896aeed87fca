"""What goes wrong on the way: each failure has its own words, its number of attempts, its waits."""

from __future__ import annotations

import datetime as dt
import socket
from email.utils import format_datetime

import pytest

from obsante.errors import DataError

ROW = {"_id": 1, "_uuid": "u", "q": "a"}
PAGE = {"count": 1, "next": None, "results": [ROW]}
KOBO = {"connector": "kobotoolbox", "form": "aBc123", "table": "patients"}
PRIVATE = 2026


@pytest.fixture(autouse=True)
def declared(site):
    site.declare("essai", KOBO)
    site.secret("essai")


def test_a_refused_secret_says_which_one_to_renew(site, refusal):
    site.service.plan = [site.reply({"detail": f"Invalid token {site.SECRET}."}, 401)]
    error = refusal("essai", PRIVATE)
    address = f"{site.service.url}/api/v2/assets/aBc123/data.json"
    assert error.looked_at == f"source 'essai', GET {address}"
    assert error.found == "401 Unauthorized: Invalid token •••."
    assert "OBSANTE_ESSAI_TOKEN in the environment or the keyring" in error.remedy
    assert "Account Settings > Security" in error.remedy
    assert (len(site.service.asked), site.waited) == (1, [])


def test_a_missing_key_is_said_when_the_service_wants_one(site, refusal):
    site.declare("essai", {"connector": "openalex", "country": "MAR", "technologies": {"t": "x"}})
    site.environ.clear()
    said = {"error": "Invalid or missing API key", "message": "Get one"}
    site.service.plan = [site.reply(said, 401)]
    error = refusal("essai")
    assert error.found == "401 Unauthorized: Get one: Invalid or missing API key"
    assert error.expected.startswith("a secret: OBSANTE_ESSAI_TOKEN")
    assert "openalex.org/settings/api" in error.remedy


def test_missing_rights(site, refusal):
    site.service.plan = [site.reply({"detail": "You do not have permission."}, 403)]
    error = refusal("essai", PRIVATE)
    assert error.found == "403 Forbidden: You do not have permission."
    assert error.expected == "an account that may read these data"
    assert len(site.service.asked) == 1


def test_an_unknown_form(site, refusal):
    site.service.plan = [site.reply({"detail": "Not found."}, 404)]
    error = refusal("essai", PRIVATE)
    assert error.found == "404 Not Found: Not found."
    assert error.remedy.startswith("correct the source in config/fetch.yml")
    assert len(site.service.asked) == 1


@pytest.mark.parametrize(("body", "found"), [
    ({"error": {"code": "400", "message": "Bad filter"}}, "400 Bad Request: Bad filter"),
    (b"<html>oops</html>", "400 Bad Request"),
    (["?"], "400 Bad Request"),
])  # fmt: skip
def test_a_refused_query_is_not_tried_again(site, refusal, body, found):
    site.service.plan = [site.reply(body, 400)]
    assert refusal("essai", PRIVATE).found == found
    assert len(site.service.asked) == 1


def test_a_status_that_no_standard_names(site, refusal):
    site.service.plan = [site.reply({}, 499)]
    assert refusal("essai", PRIVATE).found == "499"


def test_retry_after_in_seconds_is_honoured(site):
    busy = site.reply({"detail": "slow down"}, 429, {"Retry-After": "7"})
    site.service.plan = [busy, site.reply(PAGE)]
    assert site.fetch("essai", PRIVATE).rows == 1
    assert site.waited == [7.0]


def test_retry_after_as_a_date_is_counted_from_the_services_clock(site):
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    headers = {"Retry-After": format_datetime(now + dt.timedelta(seconds=30), usegmt=True)}
    # The server of the tests dates its answers itself: its clock is this machine's.
    site.service.plan = [site.reply({}, 503, headers), site.reply(PAGE)]
    assert site.fetch("essai", PRIVATE).rows == 1
    assert len(site.waited) == 1
    assert 0 <= site.waited[0] <= 60 or now > dt.datetime.now(dt.UTC)


def test_too_long_a_wait_stops_at_once(site, refusal):
    site.service.plan = [site.reply({}, 429, {"Retry-After": "3600"})]
    error = refusal("essai", PRIVATE)
    assert error.found == "the service asks to wait 3600 s"
    assert error.expected.startswith("at most 60 s")
    assert (len(site.service.asked), site.waited) == (1, [])


def test_an_unreadable_retry_after_leaves_the_growing_wait(site):
    site.service.plan = [site.reply({}, 429, {"Retry-After": "soon"}), site.reply(PAGE)]
    site.fetch("essai", PRIVATE)
    assert site.waited == [1]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(site, status):
    site.service.plan = [site.reply({}, status), site.reply({}, status), site.reply(PAGE)]
    assert site.fetch("essai", PRIVATE).rows == 1
    assert site.waited == [1, 2]


def test_a_lasting_failure_ends_after_the_attempts(site, refusal):
    site.service.plan = [site.reply({"message": "down"}, 500)] * 3
    error = refusal("essai", PRIVATE)
    assert error.found == "500 Internal Server Error: down, after 3 attempts"
    assert error.remedy.startswith("run the command again later")
    assert (len(site.service.asked), site.waited) == (3, [1, 2])


def test_a_truncated_body_is_asked_for_again(site):
    site.service.plan = [site.reply(PAGE, kept=10), site.reply(PAGE)]
    assert site.fetch("essai", PRIVATE).rows == 1
    assert site.waited == [1]


def test_a_body_that_stays_truncated(site, refusal):
    site.service.plan = [site.reply(PAGE, kept=10)] * 3
    assert "without sending complete message body" in refusal("essai", PRIVATE).found


def test_json_cut_within_a_whole_body_is_asked_for_again(site, refusal):
    site.service.plan = [site.reply(b'{"count": 1, "res')] * 3
    error = refusal("essai", PRIVATE)
    assert error.found == "an answer that is not JSON, or is cut, after 3 attempts"
    assert site.waited == [1, 2]


def test_not_a_number_is_not_json(site, refusal):
    site.service.plan = [site.reply(b'{"count": NaN, "next": null, "results": []}')] * 3
    assert refusal("essai", PRIVATE).found.startswith("an answer that is not JSON")


def test_json_nested_too_deep_is_refused(site, refusal):
    site.service.plan = [site.reply(b"[" * 100_000)] * 3
    assert refusal("essai", PRIVATE).found.startswith("an answer that is not JSON")


def test_a_login_page_is_recognised(site, refusal):
    site.service.plan = [site.reply(b"\n<!DOCTYPE html><html>login</html>")]
    assert refusal("essai", PRIVATE).found == "a web page, not data in JSON"
    assert len(site.service.asked) == 1


def test_a_slow_answer(site, refusal):
    site.declare("essai", KOBO, timeout_seconds=0.05, attempts=2)
    site.service.plan = [site.reply(PAGE, waits=True)] * 2
    assert refusal("essai", PRIVATE).found == "no answer within 0.05 s, after 2 attempts"


def test_an_answer_that_drips(site, refusal):
    site.declare("essai", KOBO, answer_seconds=1e-9, attempts=1)
    site.service.plan = [site.reply(PAGE)]
    assert refusal("essai", PRIVATE).found == "an answer longer than 1e-09 s, after 1 attempt"


def test_a_service_out_of_reach(site, refusal):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site.declare("essai", KOBO | {"url": f"http://127.0.0.1:{port}"})
    error = refusal("essai", PRIVATE)
    assert error.found.endswith("after 3 attempts")
    assert site.waited == [1, 2]


def test_a_redirection_to_another_host_loses_the_secret(site, other_service):
    target = f"{other_service.url}/ailleurs"
    site.service.plan = [site.reply({}, 302, {"Location": target})]
    other_service.plan = [site.reply(PAGE)]
    assert site.fetch("essai", PRIVATE).rows == 1
    assert site.service.asked[0][1]["Authorization"] == f"Token {site.SECRET}"
    assert "Authorization" not in other_service.asked[0][1]


def test_a_redirection_on_the_same_host_keeps_it(site):
    site.service.plan = [site.reply({}, 301, {"Location": "/nouveau"}), site.reply(PAGE)]
    site.fetch("essai", PRIVATE)
    assert site.service.asked[1][0] == "/nouveau"
    assert "Authorization" in site.service.asked[1][1]


@pytest.mark.parametrize(("place", "found"), [
    ("/encore", "more than 5 redirections"),
    ("ftp://127.0.0.1/x", "Request URL has an unsupported protocol 'ftp://'."),
])  # fmt: skip
def test_redirections_that_lead_nowhere(site, refusal, place, found):
    site.service.plan = [site.reply({}, 302, {"Location": place})] * 6
    assert refusal("essai", PRIVATE).found == found
    assert site.waited == []


def test_answers_above_the_declared_size(site, refusal):
    site.declare("essai", KOBO, megabytes=1e-5)
    site.service.plan = [site.reply(PAGE)]
    assert refusal("essai", PRIVATE).found == "more than 1e-05 MB of answers"


def test_the_size_is_that_of_all_the_pages(site, refusal):
    site.declare("essai", KOBO, megabytes=1e-4)
    first = PAGE | {"count": 2, "next": "http://n"}
    site.service.plan = [site.reply(first), site.reply(PAGE | {"count": 2})]
    assert refusal("essai", PRIVATE).found == "more than 0.0001 MB of answers"
    assert len(site.service.asked) == 2


def test_more_pages_than_the_limit(site, refusal):
    site.declare("essai", KOBO, pages=2)
    site.service.plan = [site.reply(PAGE | {"next": "http://n"})] * 3
    error = refusal("essai", PRIVATE)
    assert error.looked_at == "source 'essai', page 3"
    assert error.found == "one page more than the limit"
    assert len(site.service.asked) == 2


def test_paging_that_turns_round(site, refusal):
    site.declare("essai", {"connector": "gho", "countries": ["MAR"], "indicators": {"X": "u"}})
    page = {"value": [{"IndicatorCode": "X", "IndicatorName": "x"}], "@odata.nextLink": "?a=1"}
    site.service.plan = [site.reply(page)] * 3
    error = refusal("essai")
    assert error.found == "the address of an earlier page"


def test_an_answer_that_repeats_the_secret_is_not_kept(site, refusal):
    site.service.plan = [site.reply(PAGE | {"next": f"http://n?token={site.SECRET}"})]
    assert refusal("essai", PRIVATE).found == "an answer that repeats the secret sent"
    assert site.files() == ["processed/.fetch-essai.lock", "raw/2026/sources.yml"]


def test_a_secret_never_travels_in_clear(site, refusal):
    site.declare("essai", KOBO | {"url": "http://kobo.exemple.ma"})
    assert refusal("essai", PRIVATE).found == "http:// with a secret to send"


def test_a_certificate_that_can_t_be_checked_is_final(site, refusal, monkeypatch):
    import httpx

    def fail(*args, **options):
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")

    monkeypatch.setattr(httpx.Client, "send", fail)
    assert "CERTIFICATE_VERIFY_FAILED" in refusal("essai", PRIVATE).found
    assert site.waited == []


def test_a_redirection_from_https_to_http_is_refused(site, refusal, monkeypatch):
    import httpx

    def redirect(client, request, **options):
        response = httpx.Response(302, headers={"Location": "http://x.ma/"}, request=request)
        response.next_request = httpx.Request("GET", "http://x.ma/")
        return response

    monkeypatch.setattr(httpx.Client, "send", redirect)
    site.declare("essai", KOBO | {"url": "https://kobo.exemple.ma"})
    assert refusal("essai", PRIVATE).found == "a redirection from https to http"


def test_a_query_is_not_shown_in_an_error(site, refusal):
    site.service.plan = [site.reply({}, 404)]
    assert "?" not in refusal("essai", PRIVATE).looked_at


def test_the_error_is_one_of_the_project(site):
    site.service.plan = [site.reply({}, 404)]
    with pytest.raises(DataError):
        site.fetch("essai", PRIVATE)
