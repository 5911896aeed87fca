"""Expressions of the dictionary: what :meth:`pandas.DataFrame.eval` computes on each row."""

from __future__ import annotations

import ast
from typing import Annotated

from pydantic import AfterValidator


def names(expression: str) -> set[str]:
    """Columns that an expression uses.

    >>> sorted(names("type.isin(['chu']) or taille * 2 > abs(n)"))
    ['n', 'taille', 'type']
    """
    nodes = list(ast.walk(ast.parse(expression, mode="eval")))
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    return {node.id for node in nodes if isinstance(node, ast.Name) and node not in functions}


def _parses(expression: str) -> str:
    try:
        ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"an expression of DataFrame.eval ({error.msg})") from error
    return expression


Expression = Annotated[str, AfterValidator(_parses)]
