"""Expressions of the dictionary in XPath: same truth, written by hand."""

from __future__ import annotations

import pytest

from obsante.collect.forms.xpath import Untranslatable, literal, translate

TYPES = {"a": "string", "b": "string", "n": "integer", "m": "number", "debut": "date",
         "fin": "date"}  # fmt: skip
SAID = {
    "a == 'oui'": "${a} = 'oui'",
    "a in ['x', 'y']": "${a} = 'x' or ${a} = 'y'",
    "a not in ['x']": "not(${a} = 'x')",
    "a.isin(['x', 'y']) and n >= 1": "(${a} = 'x' or ${a} = 'y') and ${n} >= 1",
    "not (a == 'x' or b == 'y')": "not(${a} = 'x' or ${b} = 'y')",
    "~(a == 'x') & (n < 2)": "not(${a} = 'x') and ${n} < 2",
    "(a == 'x') == (n > 0)": "(${a} = 'x') = (${n} > 0)",
    "a.isna() == b.notna()": "(${a} = '') = (${b} != '')",
    "n.between(1, 5)": "1 <= ${n} and ${n} <= 5",
    "n - 0.5 < m * 2 < n + 0.5": "(${n} - 0.5) < (${m} * 2) and (${m} * 2) < (${n} + 0.5)",
    "abs(-n) % 2 == 0": "(abs(-${n}) mod 2) = 0",
    "a.str.slice(0, 2) == b": "substr(${a}, 0, 2) = ${b}",
    "a.str.startswith('E') and a.str.len() == 8":
        "starts-with(${a}, 'E') and string-length(${a}) = 8",
    "debut <= fin": "${debut} <= ${fin}",
    "debut >= '2025-01-31'": "${debut} >= date('2025-01-31')",
    "a == \"l'un\"": "${a} = \"l'un\"",
}  # fmt: skip


@pytest.mark.parametrize(("expression", "xpath"), SAID.items())
def test_an_expression_is_said_in_xpath(expression, xpath):
    assert translate(expression, TYPES) == xpath


def test_a_column_is_a_point_in_its_own_constraint_and_a_name_among_its_answers():
    assert translate("n <= m", TYPES, "n") == ". <= ${m}"
    assert translate("n <= m", TYPES, "n", "name") == "name <= ${m}"


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("a.str.upper() == 'X'", "a.str.upper()"),
        ("a.str.slice(0, stop=2) == b", "a.str.slice(0, stop=2)"),
        ("n ** 2 > 4", "n ** 2"),
        ("autre == 'x'", "autre"),
        ("n in m", "m"),
        ("sum(n) > 2", "sum(n)"),
        ("a is b", "a is b"),
        ("n == True", "True"),
        ("n.rank() > 1", "n.rank()"),
        ("n if a else m", "n if a else m"),
    ],
)
def test_what_xpath_can_not_say_is_named(expression, part):
    with pytest.raises(Untranslatable) as caught:
        translate(expression, TYPES)
    assert str(caught.value) == part


def test_a_text_with_both_kinds_of_quotes_has_no_xpath():
    with pytest.raises(Untranslatable):
        literal("l'un \"et\" l'autre")
