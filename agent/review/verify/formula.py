"""Compute a calculation again from its formula: the verifier's own arithmetic.

Grammar: numbers, names of inputs, + - * / and parentheses, and the functions below. A formula
that begins with `by rule: ` states a choice or a calendar and is not arithmetic.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
)
from math import prod

from babel.numbers import get_currency_precision

BY_RULE = "by rule: "
Values = Mapping[str, Sequence[Decimal]]
SETTLED = Context(prec=24, rounding=ROUND_HALF_EVEN)
"""Digits of money that count: a quotient that does not end leaves no amount in the last ones."""


class FormulaError(ValueError):
    """The formula cannot be computed from the inputs that the packet names."""


def _one(values: Values, name: str) -> Decimal:
    found = values.get(name, ())
    if len(found) != 1:
        raise FormulaError(f"{name} names {len(found)} inputs")
    return found[0]


def minor_unit(unit: str) -> Decimal:
    """The smallest amount of a currency, by CLDR."""
    return Decimal(1).scaleb(-get_currency_precision(unit))


class _Evaluator:
    def __init__(self, values: Values, unit: str) -> None:
        self.values, self.unit = values, unit

    def visit(self, node: ast.expr) -> Decimal:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return Decimal(repr(node.value))
        if isinstance(node, ast.Name):
            return _one(self.values, node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.visit(node.operand)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._call(node.func.id, node.args)
        raise FormulaError("the formula is not arithmetic")

    def _binary(self, node: ast.BinOp) -> Decimal:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
        raise FormulaError("the formula uses another operator than + - * /")

    def _named(self, args: Sequence[ast.expr]) -> list[Decimal]:
        if len(args) != 1 or not isinstance(args[0], ast.Name):
            raise FormulaError("the function takes the name of its inputs")
        return list(self.values.get(args[0].id, ()))

    def _part(self, args: Sequence[ast.expr]) -> Decimal:
        if len(args) != 2 or not isinstance(args[1], ast.Constant):
            raise FormulaError("part takes a name and a place")
        found, place = self._named(args[:1]), args[1].value
        if not isinstance(place, int) or not 1 <= place <= len(found):
            raise FormulaError("part names an input that is not there")
        return found[place - 1]

    def _call(self, name: str, args: Sequence[ast.expr]) -> Decimal:
        over_names: dict[str, Callable[[list[Decimal]], Decimal]] = {
            "sum": lambda found: sum(found, Decimal(0)),
            "product": lambda found: prod(found, start=Decimal(1)),
            "count": lambda found: Decimal(len(found)),
        }
        if name in over_names:
            return over_names[name](self._named(args))
        if name == "part":
            return self._part(args)
        numbers = [self.visit(arg) for arg in args]
        if name in ("max", "min") and numbers:
            return max(numbers) if name == "max" else min(numbers)
        if len(numbers) != 1:
            raise FormulaError(f"{name} takes one value")
        return self._rounded(name, numbers[0])

    def _rounded(self, name: str, number: Decimal) -> Decimal:
        if name == "money":
            return SETTLED.plus(number).quantize(minor_unit(self.unit), rounding=ROUND_HALF_UP)
        if name == "floor":
            return number.to_integral_value(rounding=ROUND_FLOOR)
        if name == "ceil":
            return number.to_integral_value(rounding=ROUND_CEILING)
        if name == "abs":
            return abs(number)
        raise FormulaError(f"unknown function {name}")


def compute(formula: str, values: Values, unit: str) -> Decimal:
    """The value of a formula.

    Args:
        formula: arithmetic over names.
        values: the inputs' numbers by name, in the order of the inputs.
        unit: the calculation's unit (a currency for `money`).

    Raises:
        FormulaError: not arithmetic, an input is missing or named twice, or it divides by zero.
    """
    try:
        return _Evaluator(values, unit).visit(ast.parse(formula, mode="eval").body)
    except (SyntaxError, RecursionError, DivisionByZero, InvalidOperation) as error:
        raise FormulaError(f"the formula cannot be computed: {formula}") from error
