"""What is kept of a real Quarto's messages."""

from __future__ import annotations

from obsante.book.quarto import error_of, unresolved_in


def test_the_error_is_shown_without_what_precedes_nor_its_stack():
    messages = (
        "[1/14] index.qmd\nERROR: Include directive failed.\n  in file index.qmd,\n"
        "  could not find file zz.md.\n\nStack trace:\n    at retrieveInclude (quarto.js:1)\n"
    )
    assert error_of(messages) == (
        "Include directive failed.\n  in file index.qmd,\n  could not find file zz.md."
    )


def test_an_error_without_stack_is_shown_to_its_end():
    messages = "Compiling index.typ\nERROR: error: unclosed delimiter\n 373 | #foo(\n"
    assert error_of(messages) == "error: unclosed delimiter\n 373 | #foo("


def test_without_a_declared_error_the_last_lines_are_shown():
    messages = "\n".join(f"line {number}" for number in range(1, 31))
    assert error_of(messages).splitlines() == [f"line {number}" for number in range(19, 31)]


def test_a_variable_or_a_reference_that_does_not_exist_is_not_a_mere_warning():
    lines = ["[3/31] a.qmd", "WARNING (refs.lua:128) Unable to resolve crossref @fig-x",
             "WARNING (handlers.lua:302) Unknown var inf.x specified in a var shortcode.",
             "WARNING (x.lua:1) Something else"]  # fmt: skip
    assert unresolved_in("\n".join(lines)) == lines[1:3]
