"""Preview: render again at each change of the book's sources, and serve on this machine."""

from __future__ import annotations

import functools
import http.server
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from obsante.book.build import render_into
from obsante.edition import Edition
from obsante.errors import ObsanteError
from obsante.files import fresh_folder
from obsante.paths import Project

POLL_SECONDS = 0.7


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):  # noqa: A002 - the base class's own name
        """Requests are not news to the author."""

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def preview(
    project: Project, edition: Edition, *, port: int, say: Callable[[str], None]
) -> None:
    """Serve the book on 127.0.0.1 until Ctrl-C; a wrong source is told and the last page stays.

    Nothing is written in ``report/``: the pages live in a temporary folder.

    Raises:
        ObsanteError: the port is taken, or the first rendering fails.
    """
    with tempfile.TemporaryDirectory(prefix="obsante-preview-") as scratch:
        site = Path(scratch) / "site"
        # The port first: a taken one is told before the time of a rendering is spent.
        with _server(site, port) as server:
            seen = _stamps(project)
            _render(project, edition, site)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            say(f"Preview at http://127.0.0.1:{server.server_port}/ (Ctrl-C to stop)")
            try:
                while True:
                    time.sleep(POLL_SECONDS)
                    stamps = _stamps(project)
                    if stamps != seen:
                        seen = stamps
                        say(_render_or_tell(project, edition, site))
            finally:
                server.shutdown()


def _render(project: Project, edition: Edition, site: Path) -> None:
    with fresh_folder(site) as building:
        render_into(project, edition, building, "embedded")


def _render_or_tell(project: Project, edition: Edition, site: Path) -> str:
    try:
        _render(project, edition, site)
    except ObsanteError as error:
        return str(error)
    return "Rendered again."


def _stamps(project: Project) -> dict[Path, int]:
    files = [p for p in project.report.rglob("*") if "_book" not in p.parts and p.is_file()]
    return {path: path.stat().st_mtime_ns for path in files}


def _server(site: Path, port: int) -> http.server.ThreadingHTTPServer:
    handler = functools.partial(_Quiet, directory=str(site))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise ObsanteError(
            f"port {port}",
            found=error.strerror or str(error),
            expected="a free port on this machine",
            remedy="choose another one with --port (0 lets the system choose)",
        ) from error
