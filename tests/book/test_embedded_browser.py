"""What only a browser shows: search from a file, narrow screens, the console."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((path for name in NAMES if (path := shutil.which(name))), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--allow-file-access-from-files", "--window-size=1200,900", "--virtual-time-budget=4000",
         "--enable-logging=stderr", "--dump-dom"]  # fmt: skip

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium on PATH: search and narrow screens are not tried"
)

# The page under test in a frame, which can be narrower than any window.
FRAME = """<!DOCTYPE html><html lang="fr"><head><title>essai</title></head><body>
<iframe id="f" src="{page}" style="width:{width}px;height:700px;border:0"></iframe>
<script>addEventListener('load', () => {{
  const w = document.getElementById('f').contentWindow, d = w.document, root = d.documentElement;
  const out = (value) => {{ document.title = JSON.stringify(value); }};
  {script}
}});</script></body></html>
"""
WIDTHS = "out({inner: root.clientWidth, scroll: root.scrollWidth});"
SEARCH = """
  const input = d.querySelector('#site-query');
  input.value = '%s';
  input.dispatchEvent(new w.Event('input'));
  const links = [...d.querySelectorAll('#site-results a')];
  input.focus();
  input.dispatchEvent(new w.KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true}));
  const focused = d.activeElement.getAttribute('href');
  d.activeElement.dispatchEvent(new w.KeyboardEvent('keydown', {key: 'Escape', bubbles: true}));
  out({form: !d.querySelector('.site-search').hidden,
    count: d.querySelector('#site-count').textContent,
    links: links.map((a) => a.getAttribute('href')), texts: links.map((a) => a.textContent),
    focused, closed: d.querySelector('#site-panel').hidden});
"""


class Answer:
    """The value that a script left, and the lines of the console."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
        assert title, done.stderr[-2000:]
        text = title[1].replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
        self.value = json.loads(text)
        self.console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture
def ask(site, tmp_path):
    """Load a page of the site in a frame, run a script on it, return what the script left."""
    pages = shutil.copytree(site.folder, tmp_path / "site")

    def run(page: str, script: str, width: int = 1000) -> Answer:
        frame = Path(pages / page).with_name("essai.html")
        frame.write_text(FRAME.format(page=Path(page).name, width=width, script=script), "utf-8")
        command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profil'}", frame.as_uri()]
        return Answer(subprocess.run(command, capture_output=True, text=True, timeout=90,
                                     encoding="utf-8", check=False))  # fmt: skip

    return run


def test_search_works_from_a_file_without_accents_nor_case(ask):
    answer = ask("carnets/01-exemple.html", SEARCH % "DRAA tafilalet").value
    assert answer["form"]
    assert answer["count"] == "1 résultat"
    assert answer["links"] == ["../contexte.html#sec-large"]
    assert "Un tableau large" in answer["texts"][0] and "Drâa-Tafilalet" in answer["texts"][0]


def test_search_is_used_with_the_keyboard(ask):
    answer = ask("index.html", SEARCH % "etablissements").value
    assert answer["focused"] == answer["links"][0]
    assert answer["closed"]


def test_search_says_that_nothing_was_found(ask):
    answer = ask("index.html", SEARCH % "motrarissime").value
    assert (answer["count"], answer["links"]) == ("Aucun résultat", [])


@pytest.mark.parametrize("page", ["index.html", "contexte.html", "methode.html", "preuves.html",
                                  "resume-ar.html", "carnets/01-exemple.html"])  # fmt: skip
def test_a_page_fits_a_screen_of_320_pixels_and_says_nothing_in_the_console(ask, page):
    answer = ask(page, WIDTHS, width=320)
    assert answer.value["scroll"] <= answer.value["inner"] <= 320
    assert answer.console == []
