"""GET requests to one service: time limits, attempts, redirections, sizes, secrets.

Tried again, with a growing wait or the one asked by ``Retry-After`` (RFC 9110, 10.2.3): 429, 500,
502, 503, 504, failed connections, answers that come too slowly or are cut. Anything else is final.
Certificates are always checked. The Authorization header never follows a redirection to another
host (httpx drops it) nor travels over plain http, but on this machine.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import ssl
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

import obsante
from obsante.collect.connectors import failures
from obsante.collect.connectors.credentials import Credentials
from obsante.collect.connectors.declared import Declared, Limits
from obsante.collect.connectors.failures import Passing

_TRIED_AGAIN = frozenset({429, 500, 502, 503, 504})
_REDIRECTIONS = 5
_MEGABYTE = 1_000_000
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_backoff = wait_exponential(multiplier=1, max=60)


class Client:
    """Client of the source ``name``; use as a context manager.

    Args:
        sleep: waits between attempts, given a number of seconds.

    Raises:
        DataError: a secret would travel over plain http.
    """

    def __init__(
        self,
        name: str,
        source: Declared,
        credentials: Credentials,
        limits: Limits,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        address = httpx.URL(source.url)
        if credentials.header and address.scheme == "http" and address.host not in _THIS_MACHINE:
            raise failures.unprotected(name)
        self._name, self._source, self._limits = name, source, limits
        self._credentials, self._sleep = credentials, sleep
        self._room = int(limits.megabytes * _MEGABYTE)
        headers = {"Accept": "application/json", "User-Agent": f"obsante/{obsante.__version__}"}
        if credentials.header:
            headers["Authorization"] = credentials.header
        self._http = httpx.Client(
            headers=headers, timeout=limits.timeout_seconds, verify=_certificates()
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str) -> bytes:
        """The bytes of an answer that is whole, and JSON.

        Raises:
            DataError: the service refuses, stays out of reach, or its answer can't be used.
        """
        attempts = Retrying(
            stop=stop_after_attempt(self._limits.attempts),
            wait=_pause,
            sleep=self._sleep,
            retry=retry_if_exception_type(Passing),
            reraise=True,
        )
        try:
            body = attempts(self._attempt, url)
        except Passing as problem:
            # The cause holds the request, hence its headers.
            raise failures.unavailable(
                self._name, _shown(url), problem.found, self._limits.attempts
            ) from None
        self._room -= len(body)
        return body

    def _attempt(self, url: str) -> bytes:
        try:
            return self._checked(url, self._answer(url))
        except httpx.TimeoutException:
            raise Passing(f"no answer within {self._limits.timeout_seconds:g} s") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            found = self._credentials.scrub(str(error))
            raise failures.misdirected(self._name, _shown(url), found) from None
        except httpx.RequestError as error:
            found = self._credentials.scrub(" ".join(str(error).split()))
            if "CERTIFICATE_VERIFY_FAILED" in found:
                raise failures.misdirected(self._name, _shown(url), found) from None
            raise Passing(found or type(error).__name__) from None

    def _answer(self, url: str) -> bytes:
        """The body at the end of the redirections."""
        request = self._http.build_request("GET", url)
        for _ in range(_REDIRECTIONS + 1):
            response = self._http.send(request, stream=True)
            try:
                if response.next_request is None:
                    return self._body(url, response)
            finally:
                response.close()
            if request.url.scheme == "https" and response.next_request.url.scheme != "https":
                found = f"a redirection from https to {response.next_request.url.scheme}"
                raise failures.misdirected(self._name, _shown(url), found)
            request = response.next_request
        raise failures.misdirected(
            self._name, _shown(url), f"more than {_REDIRECTIONS} redirections"
        )

    def _body(self, url: str, response: httpx.Response) -> bytes:
        end = time.monotonic() + self._limits.answer_seconds
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self._room:
                raise failures.too_large(self._name, self._limits.megabytes)
            if time.monotonic() > end:
                raise Passing(f"an answer longer than {self._limits.answer_seconds:g} s")
        if response.status_code != httpx.codes.OK:
            self._refuse(url, response, bytes(body))
        return bytes(body)

    def _refuse(self, url: str, response: httpx.Response, body: bytes) -> NoReturn:
        status, said = response.status_code, failures.words_of(body, self._credentials)
        if status not in _TRIED_AGAIN:
            identified = self._credentials.header is not None
            raise failures.refused(self._name, self._source, _shown(url), status, said, identified)
        wait = _asked_wait(response)
        if wait is not None and wait > self._limits.longest_wait_seconds:
            longest = self._limits.longest_wait_seconds
            raise failures.too_long(self._name, _shown(url), wait, longest)
        raise Passing(f"{status} {response.reason_phrase}" + (f": {said}" if said else ""), wait)

    def _checked(self, url: str, body: bytes) -> bytes:
        if self._credentials.repeated_in(body):
            raise failures.indiscreet(self._name, _shown(url))
        if body.lstrip().startswith(b"<"):
            raise failures.not_json(self._name, _shown(url), self._source.documentation)
        try:
            decode(body)
        except ValueError:
            raise Passing("an answer that is not JSON, or is cut") from None
        return body


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The authorities trusted by httpx, read once: that takes longer than a small request."""
    return httpx.create_ssl_context()


def decode(body: bytes) -> Any:
    """JSON content.

    Raises:
        ValueError: it is not JSON, which has neither NaN nor infinities, or is nested too deep.

    >>> decode(b'{"a": [1, null]}')
    {'a': [1, None]}
    """
    try:
        return json.loads(body, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deep") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _shown(url: str) -> str:
    """An address as errors show it, without its query."""
    return url.partition("?")[0]


def _pause(state: RetryCallState) -> float:
    """Seconds before the next attempt: those asked by the service, or 1, 2, 4... up to 60."""
    problem = state.outcome.exception() if state.outcome else None
    asked = problem.wait if isinstance(problem, Passing) else None
    return _backoff(state) if asked is None else asked


def _asked_wait(response: httpx.Response) -> float | None:
    """Seconds asked by Retry-After, a number or a date; None without a readable one."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    until, now = _moment(text), _moment(response.headers.get("Date", ""))
    if until is None:
        return None
    return max(0.0, (until - (now or dt.datetime.now(dt.UTC))).total_seconds())


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
