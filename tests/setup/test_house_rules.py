"""Rules of the house that a machine can check: sizes, forbidden forms, notebooks' form."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from obsante.paths import find_project

PROJECT = find_project(Path(__file__))
ROOT = PROJECT.root
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "setup").glob("*.py")])
NOTEBOOKS = sorted(PROJECT.notebooks.glob("*.ipynb"))
MODULE_LINES, FUNCTION_LINES, MEDIAN_LINES, CELL_LINES = 300, 50, 10, 12
# A figure and its computed reading may come between a cell and the sentence that follows it.
CELLS_BEFORE_A_SENTENCE = 3
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
READERS = {"open", "read_csv", "read_parquet", "read_excel", "read_json", "Path", "exec", "eval"}
A_PATH = re.compile(r"^[\w.~-]*/[\w./-]+$|\.(csv|parquet|json|xlsx|yml|png|svg)$")
TEXTS = {".py", ".md", ".qmd", ".yml", ".toml", ".cff", ".lua", ".typ", ".css", ".js", ".html",
         ".ipynb", ".lock", ""}  # fmt: skip
GENERATED = {"_book", "processed", "__pycache__", "build"}
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|coming" + r" soon")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]


def length(node: ast.FunctionDef) -> int:
    return node.end_lineno - node.lineno + 1


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def texts() -> list[Path]:
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = parts[0].startswith(".") and parts[0] != ".ci"
        generated = GENERATED.intersection(parts) or any(p.endswith(".egg-info") for p in parts)
        if not hidden and not generated and path.suffix in TEXTS and path.is_file():
            found.append(path)
    return found


def test_modules_are_short():
    sizes = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES}
    assert {str(p.relative_to(ROOT)): n for p, n in sizes.items() if n > MODULE_LINES} == {}


def test_functions_are_short_and_most_are_very_short():
    sizes = {where(p, f): length(f) for p in SOURCES for f in functions(p)}
    assert {place: n for place, n in sizes.items() if n > FUNCTION_LINES} == {}
    ordered = sorted(sizes.values())
    assert ordered[len(ordered) // 2] <= MEDIAN_LINES


def test_no_error_is_swallowed_and_no_assert_validates():
    wrong = []
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            bare = isinstance(node, ast.ExceptHandler) and node.type is None
            silent = (
                isinstance(node, ast.ExceptHandler)
                and getattr(node.type, "id", "") in ("Exception", "BaseException")
                and all(isinstance(step, ast.Pass) for step in node.body)
            )
            if bare or silent or isinstance(node, ast.Assert):
                wrong.append(where(path, node))
    assert wrong == []


def test_every_module_and_every_public_function_and_class_has_a_docstring():
    missing = []
    for path in SOURCES:
        module = tree(path)
        public = [n for n in module.body
                  if isinstance(n, (*FUNCTIONS, ast.ClassDef)) and not n.name.startswith("_")]  # fmt: skip
        small = {n for n in public if isinstance(n, FUNCTIONS) and length(n) <= 2}
        missing += [where(path, n) for n in public if n not in small and not ast.get_docstring(n)]
        if ast.get_docstring(module) is None:
            missing.append(str(path.relative_to(ROOT)))
    assert missing == []


def test_nothing_is_left_unfinished():
    unfinished = []
    for path in texts():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if UNFINISHED.search(line) and path.suffix != ".lock":
                unfinished.append(f"{path.relative_to(ROOT)}:{number}")
    assert unfinished == []


def test_no_text_names_the_folder_of_a_checkout():
    wrong = [str(path.relative_to(ROOT)) for path in texts()
             if len(str(ROOT)) > 3 and str(ROOT) in path.read_text(encoding="utf-8")]  # fmt: skip
    assert wrong == []


def code_cells(path: Path) -> list:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_opens_nothing(path):
    wrong = []
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            defines = isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda))
            text = node.value if isinstance(node, ast.Constant) else ""
            names = isinstance(text, str) and A_PATH.search(text)
            called = getattr(node, "id", getattr(node, "attr", ""))
            if defines or names or called in READERS:
                wrong.append((cell.source.splitlines()[0], type(node).__name__, called or text))
    assert wrong == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_cell_is_short_and_has_its_own_label(path):
    cells = [c for c in code_cells(path) if "parameters" not in c.metadata.get("tags", [])]
    first = [cell.source.splitlines()[0] for cell in cells]
    assert [line for line in first if not re.fullmatch(r"#\| label: [a-z0-9-]+", line)] == []
    assert len(set(first)) == len(first)
    assert [c.source for c in cells if len(c.source.splitlines()) > CELL_LINES] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_sentence_follows_what_a_cell_shows(path):
    kinds = "".join(cell.cell_type[0] for cell in nbformat.read(path, as_version=4).cells)
    assert kinds.startswith("m")
    assert kinds.endswith("m")
    assert "c" * (CELLS_BEFORE_A_SENTENCE + 1) not in kinds
