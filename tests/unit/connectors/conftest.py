"""A small project, and a service on this machine that replays documented answers."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import threading
import traceback
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from obsante.collect.connectors import Fetched, Order, fetch, load_settings
from obsante.collect.sources import read_sheet
from obsante.edition import load_edition
from obsante.errors import ObsanteError
from obsante.paths import Project

DAY = dt.date(2026, 3, 1)
SECRET = "jeton-de-test-5f0c9e1b77"
LIMITS = {"timeout_seconds": 5, "answer_seconds": 5, "attempts": 3, "longest_wait_seconds": 60,
          "pages": 20, "megabytes": 1}  # fmt: skip
EDITION = """\
edition: {year}
status: {status}
reference_period: {{start: {year}-01-01, end: {year}-12-31}}
seed: 1
confidence_level: 0.95
publication_date: 2027-06-30
precision: {{reliable_width: 0.05, proportion_width: 0.3, proportion_relative_width: 1.3,
            minimum_n: 30, cv_flagged: 0.166, cv_low: 0.333}}
quarantine_max_share: 0.05
"""
AUTHORISATION = """\
authorisation: {number: D-1, purpose: Observatoire, retention_until: 2030-12-31,
                host_country: Maroc, transfer_basis: aucun}
"""


@dataclass
class Reply:
    """An answer to replay: ``body`` as JSON unless it is bytes; ``kept`` bytes of it are sent."""

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kept: int | None = None
    waits: bool = False

    @property
    def payload(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves before the end is what several tests are about: nothing to print."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Service:
    """A service that gives the replies of ``plan`` in order, and remembers what it was asked."""

    def __init__(self) -> None:
        self.reset()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def reset(self) -> None:
        self.plan: list[Reply] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.freed = threading.Event()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append((self.path, dict(self.headers)))
                reply = service.plan.pop(0) if service.plan else Reply(status=410)
                if reply.waits:
                    service.freed.wait(5)
                self.send_response(reply.status)
                self.send_header("Content-Length", str(len(reply.payload)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.payload[: reply.kept])
                self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Nothing: the tests read ``asked``."""

        return Handler


@pytest.fixture(scope="session")
def two_services():
    """Started once: what takes time is to start and to stop."""
    running = Service(), Service()
    yield running
    for one in running:
        one.stop()


@pytest.fixture
def service(two_services):
    two_services[0].reset()
    yield two_services[0]
    two_services[0].freed.set()


@pytest.fixture
def other_service(two_services):
    two_services[1].reset()
    return two_services[1]


class Site:
    """A project with a real edition, 2026, a demonstration, 2025, and sources to declare."""

    SECRET = SECRET
    day = DAY
    reply = Reply

    def __init__(self, root, service: Service) -> None:
        self.project, self.service = Project(root), service
        self.waited: list[float] = []
        self.said: list[str] = []
        self.environ: dict[str, str] = {}
        self.write("config/editions/2025.yml", EDITION.format(year=2025, status="demonstration"))
        self.write("config/editions/2026.yml",
                   EDITION.format(year=2026, status="real") + AUTHORISATION)  # fmt: skip
        self.write("data/raw/2026/sources.yml", "# Fiches de l'édition.\nfiles: {}\n")

    def write(self, name: str, content: str) -> None:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def declare(self, name: str, declaration: dict, **limits: float) -> None:
        entry = {"url": self.service.url, "title": "Titre", "producer": "Producteur",
                 "licence": "CC BY 4.0"} | declaration  # fmt: skip
        content = {"limits": LIMITS | limits, "sources": {name: entry}}
        self.write("config/fetch.yml", yaml.safe_dump(content, allow_unicode=True))

    def secret(self, name: str) -> None:
        self.environ[f"OBSANTE_{name.replace('-', '_').upper()}_TOKEN"] = SECRET

    def fetch(self, name: str, year: int | None = None, **options) -> Fetched:
        edition = load_edition(self.project, year) if year else None
        order = Order(name, options.pop("day", DAY), edition, environ=self.environ,
                      sleep=self.waited.append, **options)  # fmt: skip
        settings = load_settings(self.project, self.environ)
        return fetch(self.project, settings, order, self.said.append)

    def files(self) -> list[str]:
        """Files of data/, hidden ones too."""
        root = self.project.root / "data"
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())

    def text(self, name: str) -> str:
        return (self.project.root / name).read_text(encoding="utf-8")

    def sheet(self, folder: str) -> dict:
        return read_sheet(self.project, self.project.root / folder)


@pytest.fixture
def site(tmp_path, service) -> Site:
    return Site(tmp_path / "projet é", service)


@pytest.fixture
def refusal(site, caplog, capsys):
    """Run a fetch that must fail; the secret shows nowhere: error, chain, log, output, files."""
    caplog.set_level(logging.DEBUG)

    def run(name: str, year: int | None = None, **options) -> ObsanteError:
        with pytest.raises(ObsanteError) as raised:
            site.fetch(name, year, **options)
        shown = ["".join(traceback.format_exception(raised.value)), repr(raised.value.__dict__)]
        cause: BaseException | None = raised.value
        while cause is not None:
            shown += [str(cause), repr(cause), repr(vars(cause))]
            cause = cause.__cause__ or cause.__context__
        shown += [caplog.text, *capsys.readouterr(), *site.said]
        shown += [record.getMessage() for record in caplog.records]
        shown += [path.read_bytes().decode("utf-8", "replace")
                  for path in site.project.root.rglob("*") if path.is_file()]  # fmt: skip
        assert [text for text in shown if SECRET in text] == []
        return raised.value

    return run
