"""The second half of the set-up: .venv is whole or built again, whatever stopped it."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import install
import pytest

from obsante.errors import ObsanteError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="interpreters are linked, not copied")


class Installer:
    """Steps that only note that they ran; the first one makes a .venv whose Python answers."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.breaks: dict[str, BaseException] = {}
        self.stamped: list[bool] = []

    def steps(self) -> dict[str, install.Step]:
        return {name: lambda root, name=name: self._run(name, root) for name in install.STEPS}

    def _run(self, name: str, root: Path) -> None:
        self.ran.append(name)
        self.stamped.append((root / ".venv" / install.STAMP).exists())
        python = install.venv_python(root / ".venv")
        if name == "environment":
            python.parent.mkdir(parents=True, exist_ok=True)
            python.unlink(missing_ok=True)
            python.symlink_to(sys.executable)
        if name in self.breaks:
            raise self.breaks[name]


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "Été à Fès" / "obsante"
    folder.mkdir(parents=True)
    (folder / "requirements.lock").write_text("a==1 \\\n    --hash=sha256:0\nb==2\n")
    (folder / "pyproject.toml").write_text("[project]\n")
    return folder


@pytest.fixture
def installer():
    return Installer()


def prepare(root, installer, asked=False):
    installer.ran.clear()
    install.prepare(root, asked=asked, steps=installer.steps())
    return installer.ran


def rewrite_stamp(root, **changes):
    path = root / ".venv" / install.STAMP
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


ALL = list(install.STEPS)


def test_the_first_use_runs_every_step_and_says_why(root, installer, capsys):
    assert prepare(root, installer) == ALL
    assert "first use" in capsys.readouterr().out


def test_a_complete_environment_is_left_alone_silently(root, installer, capsys):
    prepare(root, installer)
    capsys.readouterr()
    assert prepare(root, installer) == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("step", install.STEPS)
def test_an_interrupted_step_leaves_no_stamp_and_is_built_again(root, installer, step):
    installer.breaks = {step: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        prepare(root, installer)
    assert not (root / ".venv" / install.STAMP).exists()
    installer.breaks = {}
    assert prepare(root, installer) == ALL
    assert prepare(root, installer) == []


def test_a_rebuild_drops_the_old_stamp_before_anything_else(root, installer):
    prepare(root, installer)
    (root / "requirements.lock").write_text("a==2\n")
    installer.stamped.clear()
    prepare(root, installer)
    assert installer.stamped == [False, False, False]


def test_a_changed_lock_installs_everything_again(root, installer, capsys):
    prepare(root, installer)
    (root / "requirements.lock").write_text("a==2\n")
    assert prepare(root, installer) == ALL
    assert "requirements.lock has changed" in capsys.readouterr().out


def test_a_changed_pyproject_installs_only_the_project(root, installer):
    prepare(root, installer)
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert prepare(root, installer) == ["obsante"]
    assert prepare(root, installer) == []


def test_a_moved_folder_is_installed_again(root, installer, capsys):
    prepare(root, installer)
    moved = root.with_name("ailleurs")
    root.rename(moved)
    assert prepare(moved, installer) == ALL
    assert "moved" in capsys.readouterr().out


def test_another_python_version_counts_only_if_the_user_asked_for_it(root, installer, monkeypatch):
    prepare(root, installer)
    monkeypatch.setattr(install, "python_version", lambda: "3.99")
    assert prepare(root, installer) == []
    assert prepare(root, installer, asked=True) == ALL


def test_an_interpreter_that_no_longer_runs_is_replaced(root, installer):
    prepare(root, installer)
    python = install.venv_python(root / ".venv")
    python.unlink()
    python.symlink_to(root / "removed")
    assert prepare(root, installer) == ALL


def test_an_interpreter_of_another_version_than_stamped_is_replaced(root, installer):
    prepare(root, installer)
    rewrite_stamp(root, python="3.10")
    assert prepare(root, installer) == ALL


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"lock": "x"}'])
def test_a_damaged_stamp_is_no_stamp(root, installer, stamp):
    prepare(root, installer)
    (root / ".venv" / install.STAMP).write_text(stamp)
    assert prepare(root, installer) == ALL


def test_an_environment_made_by_hand_is_built_again(root, installer, capsys):
    (root / ".venv" / "bin").mkdir(parents=True)
    assert prepare(root, installer) == ALL
    assert "unfinished or was made otherwise" in capsys.readouterr().out


def test_a_second_command_waits_then_finds_the_work_done(root, installer, capsys):
    second = Installer()
    waiting = threading.Thread(target=install.prepare, args=(root,),
                               kwargs={"asked": False, "steps": second.steps()})  # fmt: skip
    said = []

    def last(folder):
        waiting.start()
        while not any("waiting" in line for line in said):
            said.append(capsys.readouterr().out)

    install.prepare(root, asked=False, steps=installer.steps() | {"obsante": last})
    waiting.join(timeout=20)
    assert not waiting.is_alive()
    assert second.ran == []


def test_a_folder_that_cannot_be_written_is_one_clear_message(root, capsys):
    (root / ".venv.lock").mkdir()
    assert install.main(False, root) == 1
    message = capsys.readouterr().err
    assert ".venv.lock" in message
    assert "expected: a folder that you may write" in message
    assert "Traceback" not in message


def test_a_python_without_ensurepip_names_the_debian_package(root, monkeypatch):
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ObsanteError) as caught:
        install.create_environment(root)
    assert "ensurepip" in caught.value.found
    assert "apt install python3-venv" in caught.value.remedy


def test_a_file_in_the_place_of_the_environment_is_one_clear_message(root, capsys):
    (root / ".venv").write_text("")
    assert install.main(False, root) == 1
    assert str(root / ".venv") in capsys.readouterr().err


def test_ctrl_c_ends_with_its_code_and_says_what_follows(root, monkeypatch, capsys):
    def interrupted(folder):
        raise KeyboardInterrupt

    monkeypatch.setitem(install.REAL_STEPS, "environment", interrupted)
    assert install.main(False, root) == 130
    assert "The next command builds it again" in capsys.readouterr().err


def test_packages_are_counted_once_each(root):
    (root / "requirements.lock").write_text("# n==0\na==1 ; x\nb==2\nb==3 ; y\n    --hash=sha256:0\n")
    assert install.locked_packages(root) == 2


def test_the_link_to_the_sources_is_relative_and_readable_in_any_locale(root):
    site = root / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    link = site / "__editable__.obsante-0.1.0.pth"
    link.write_text(str(root / "src"), encoding="utf-8")
    install.link_sources(root)
    written = link.read_text(encoding="ascii").strip()
    assert (site / written).resolve() == root.resolve() / "src"


def test_an_installation_without_link_is_one_clear_error(root):
    (root / ".venv").mkdir()
    with pytest.raises(ObsanteError, match=".venv"):
        install.link_sources(root)
