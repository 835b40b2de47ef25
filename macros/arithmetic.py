"""Arithmetic: sums as people write them, worked out exactly."""

from __future__ import annotations

import ast
import math
import operator
from decimal import Decimal
from fractions import Fraction

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate(expression: str) -> Fraction:
    """Work out a sum of numbers, + - * / and brackets, exactly; raise ValueError for anything else."""
    if len(expression) > 200:
        raise ValueError("The sum is too long")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        return _evaluate(tree, expression)
    except ZeroDivisionError:
        raise ValueError("The sum divides by nought") from None
    except (SyntaxError, RecursionError, MemoryError, OverflowError):
        raise ValueError(f"“{expression}” is not a sum") from None


def _evaluate(node: ast.expr, expression: str) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        if math.isinf(node.value):
            raise ValueError(f"“{expression}” is too large")
        return Fraction(str(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left, expression), _evaluate(node.right, expression))  # type: ignore[no-any-return]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, expression)
    raise ValueError(f"“{expression}” is not a sum")


def rounded_to(value: Fraction, places: int) -> Decimal:
    """Round half up to a number of decimal places, as people do."""
    shifted = abs(value) * 10**places
    digits = math.floor(shifted + Fraction(1, 2))
    return Decimal((int(value < 0), tuple(map(int, str(digits))), -places))
