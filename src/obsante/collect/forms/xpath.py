"""Expressions of the dictionary as XPath of a questionnaire.

Both read a missing answer alike: a comparison with it is false, ``!=`` is true; but two missing
answers are equal in XPath. Codes and columns keep their names. Functions are those of ODK and
KoboToolbox (docs.getodk.org, "Form operators and functions").
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

_AND, _OR = "and", "or"
_COMPARED = {ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_JOINED = {ast.And: _AND, ast.Or: _OR, ast.BitAnd: _AND, ast.BitOr: _OR}
_COMPUTED = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "div", ast.Mod: "mod"}


class Untranslatable(ValueError):
    """A part of an expression that XPath can't say; its text is the part."""


def translate(
    expression: str, types: Mapping[str, str], here: str | None = None, as_: str = "."
) -> str:
    """XPath of an expression.

    Args:
        types: type of each column of the form, as in the dictionary.
        here: a column that is written ``as_``: ``.`` in its own constraint, ``name`` where its
            answers are filtered.

    >>> translate("dme != 'oui' or stade > 0", {"dme": "string", "stade": "integer"})
    "${dme} != 'oui' or ${stade} > 0"
    >>> translate("not type.isin(['chu', 'chr'])", {"type": "string"})
    "not(${type} = 'chu' or ${type} = 'chr')"
    >>> translate("0 < n <= taille / 2", {"n": "integer", "taille": "integer"}, here="n")
    '0 < . and . <= (${taille} div 2)'
    >>> translate("(dme == 'oui') == n.notna()", {"dme": "string", "n": "integer"})
    "(${dme} = 'oui') = (${n} != '')"

    Raises:
        Untranslatable: a function or an operator without equivalent, or a column not in ``types``.
    """
    written = _Writer(types, {here: as_}).write(ast.parse(expression.strip(), mode="eval").body)
    return written[1:-1] if _wrapped(written) else written


def missing(column: str) -> str:
    """Condition that a question has no answer.

    >>> missing("dme")
    "${dme} = ''"
    """
    return f"${{{column}}} = ''"


def literal(value: str | float) -> str:
    """A text or a number; XPath has no way to write both kinds of quotes in one text.

    Raises:
        Untranslatable: a text that has both.

    >>> print(literal("l'eau"))
    "l'eau"
    """
    if not isinstance(value, str):
        return str(value)
    quote = '"' if "'" in value else "'"
    if quote in value:
        raise Untranslatable(value)
    return f"{quote}{value}{quote}"


def _wrapped(text: str) -> bool:
    """Whether one pair of parentheses holds the whole text."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1 and text.startswith("(")
    return False


class _Writer:
    """Writes each kind of node; an operation is put between parentheses."""

    def __init__(self, types: Mapping[str, str], written: Mapping[str | None, str]) -> None:
        self.types = types
        self.written = written

    def write(self, node: ast.expr) -> str:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Untranslatable(ast.unparse(node))
        return method(node)

    def _name(self, node: ast.Name) -> str:
        if node.id not in self.types:
            raise Untranslatable(node.id)
        return self.written.get(node.id, f"${{{node.id}}}")

    def _constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, bool) or not isinstance(node.value, str | int | float):
            raise Untranslatable(ast.unparse(node))
        return literal(node.value)

    def _boolop(self, node: ast.BoolOp) -> str:
        return self._join(_JOINED[type(node.op)], [self.write(value) for value in node.values])

    def _unaryop(self, node: ast.UnaryOp) -> str:
        operand = self.write(node.operand)
        if isinstance(node.op, ast.Not | ast.Invert):
            return f"not{operand}" if _wrapped(operand) else f"not({operand})"
        return f"-{operand}" if isinstance(node.op, ast.USub) else operand

    def _binop(self, node: ast.BinOp) -> str:
        operator = {**_COMPUTED, **_JOINED}.get(type(node.op))
        if operator is None:
            raise Untranslatable(ast.unparse(node))
        return self._join(operator, [self.write(node.left), self.write(node.right)])

    def _compare(self, node: ast.Compare) -> str:
        sides = [node.left, *node.comparators]
        steps = zip(sides, node.ops, sides[1:], strict=False)
        return self._join(_AND, [self._step(*step) for step in steps])

    def _step(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._among(left, right)
            return f"not{found}" if isinstance(operator, ast.NotIn) else found
        symbol = _COMPARED.get(type(operator))
        if symbol is None:
            raise Untranslatable(f"{ast.unparse(left)} is {ast.unparse(right)}")
        return f"{self._side(left, right)} {symbol} {self._side(right, left)}"

    def _side(self, node: ast.expr, other: ast.expr) -> str:
        """One side of a comparison: a text set against a date is a date."""
        text = self.write(node)
        if isinstance(node, ast.Compare) or text.endswith("= ''"):
            return text if _wrapped(text) else f"({text})"
        dated = isinstance(other, ast.Name) and self.types.get(other.id) == "date"
        return f"date({text})" if dated and isinstance(node, ast.Constant) else text

    def _among(self, value: ast.expr, listed: ast.expr) -> str:
        if not isinstance(listed, ast.List | ast.Tuple | ast.Set) or not listed.elts:
            raise Untranslatable(ast.unparse(listed))
        each = [self._step(value, ast.Eq(), one) for one in listed.elts]
        return f"({' or '.join(each)})"

    def _call(self, node: ast.Call) -> str:
        called, arguments = ast.unparse(node.func), node.args
        if called == "abs" and len(arguments) == 1:
            return f"abs({self.write(arguments[0])})"
        if not isinstance(node.func, ast.Attribute):
            raise Untranslatable(ast.unparse(node))
        owner, text = node.func.value, isinstance(node.func.value, ast.Attribute)
        if text and owner.attr == "str":
            return self._text_method(node, owner.value)
        match node.func.attr, arguments:
            case "isin", [listed]:
                return self._among(owner, listed)
            case "isna", []:
                return f"{self.write(owner)} = ''"
            case "notna", []:
                return f"{self.write(owner)} != ''"
            case "between", [low, high]:
                within = ast.Compare(low, [ast.LtE(), ast.LtE()], [owner, high])
                return self._compare(within)
        raise Untranslatable(ast.unparse(node))

    def _text_method(self, node: ast.Call, owner: ast.expr) -> str:
        """``.str.slice`` (from 0, end excluded, as ``substr``), ``startswith``, ``len``."""
        name, arguments = node.func.attr, [self.write(argument) for argument in node.args]
        functions = {("slice", 2): "substr", ("startswith", 1): "starts-with",
                     ("len", 0): "string-length"}  # fmt: skip
        function = functions.get((name, len(arguments)))
        if function is None or node.keywords:
            raise Untranslatable(ast.unparse(node))
        return f"{function}({', '.join([self.write(owner), *arguments])})"

    @staticmethod
    def _join(operator: str, parts: list[str]) -> str:
        return f"({f' {operator} '.join(parts)})" if len(parts) > 1 else parts[0]
