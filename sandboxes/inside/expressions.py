"""Mathematical expressions as plain data, so that they can cross from one process to another unharmed.

sympy's own forms will not do: `srepr` is read back by `eval`, a pickle calls what it names, and most of
sympy's constructors pass a string on to a parser that evaluates it. Here a node is a list: a name of the
table below and its parts, which are nodes again; only atoms hold anything else. Who reads one gives no text
to any constructor but `Symbol` and `Function`, which take it for a name, so a tree that an enemy made is at
worst another expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import sympy
from latex2sympy2_extended.logic import And
from latex2sympy2_extended.sets import FiniteSet
from mpmath import libmp
from sympy.core.assumptions import _assume_defined
from sympy.core.function import Application, AppliedUndef
from sympy.core.operations import AssocOp
from sympy.core.symbol import Str

Node = list[Any]

# What math-verify's parser makes of LaTeX and of numbers (latex2sympy2_extended 1.11), by sympy's names.
CONSTANTS = (
    *("Exp1", "Pi", "ImaginaryUnit", "Infinity", "NegativeInfinity", "ComplexInfinity", "NaN"),
    *("EmptySet", "UniversalSet", "Naturals", "Naturals0", "Integers", "Rationals", "Reals", "Complexes"),
)
COMPOSITES = (
    *("Add", "Mul", "Pow", "UnevaluatedExpr", "Tuple", "Integral", "Derivative", "Limit", "Sum", "Product"),
    *("Equality", "Unequality", "LessThan", "GreaterThan", "StrictLessThan", "StrictGreaterThan"),
    *("And", "Or", "Not", "Contains"),
    *("FiniteSet", "Interval", "Union", "Intersection", "Complement", "SymmetricDifference", "ProductSet"),
    *(
        "MatrixSymbol",
        "MatMul",
        "MatAdd",
        "MatPow",
        "Identity",
        "Transpose",
        "Inverse",
        "Determinant",
        "Trace",
    ),
    *("Abs", "sign", "re", "im", "arg", "conjugate", "floor", "ceiling", "frac", "Mod", "Max", "Min"),
    *("exp", "log", "LambertW", "factorial", "factorial2", "binomial", "gamma"),
    *("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "asec", "acsc"),
    *("sinh", "cosh", "tanh", "coth", "sech", "csch", "asinh", "acosh", "atanh", "acoth", "asech", "acsch"),
)
BY_NAME: Mapping[str, type[sympy.Basic]] = {name: getattr(sympy, name) for name in COMPOSITES}
# sympy prints an expression as code where it sums series, and runs it: so a name must say nothing.
HARMLESS_NAME = re.compile(r"[\w {}^.,+*/-]{1,200}")
HARMLESS_FUNCTION = re.compile(r"[A-Za-z]_?[0-9]{0,20}")  # no name of Python's own, such as `exec`


class NotAnExpression(Exception):
    """This has no form as data, or is no such form."""


def encode(expression: Any) -> Node:
    """Return an expression as a tree of lists. Raises NotAnExpression, RecursionError."""
    kind = type(expression)
    if isinstance(expression, sympy.MatrixBase):
        rows, columns = expression.shape
        elements = [encode(each) for each in expression.flat()]
        return ["matrix", isinstance(expression, sympy.ImmutableMatrix), rows, columns, elements]
    if isinstance(expression, sympy.Integer):
        return ["integer", hex(expression.p)]
    if isinstance(expression, sympy.Rational):
        return ["rational", hex(expression.p), hex(expression.q)]
    if isinstance(expression, sympy.Float):
        return _encode_float(expression)
    if kind is sympy.Symbol:
        assumptions = expression._assumptions_orig
        return ["symbol", expression.name, {name: assumptions[name] for name in sorted(assumptions)}]
    if kind is Str:
        return ["name", expression.name]
    if expression in (sympy.true, sympy.false):
        return ["truth", bool(expression)]
    if isinstance(expression, AppliedUndef):
        return ["function", kind.__name__, *map(encode, expression.args)]
    if kind in (FiniteSet, And):  # what was written first is compared first
        return [f"written {kind.__name__}", *map(encode, expression._unsorted_args)]
    if kind.__name__ in CONSTANTS and expression is getattr(sympy.S, kind.__name__, None):
        return ["constant", kind.__name__]
    if BY_NAME.get(kind.__name__) is kind:
        return [kind.__name__, *map(encode, expression.args)]
    raise NotAnExpression(f"{kind.__name__} has no form as data")


def decode(node: Any) -> Any:
    """Return the expression of a tree, as it was: nothing in it is evaluated.

    Raises:
        NotAnExpression: it is no such tree.
        RecursionError: it nests too deeply.
    """
    if type(node) is not list or not node or type(node[0]) is not str:
        raise NotAnExpression("a node is a list that begins with a name")
    name, *parts = node
    try:
        if name in _READERS:
            return _READERS[name](*parts)
        return _composed(BY_NAME[name], [decode(part) for part in parts])
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise NotAnExpression(f"{name[:40]!r} with {len(parts)} parts: {error}") from None


def _composed(kind: type[sympy.Basic], parts: list[Any]) -> Any:
    if issubclass(kind, Application):
        return kind(*parts, evaluate=False)
    if issubclass(kind, AssocOp) and issubclass(kind, sympy.Expr) and not issubclass(kind, sympy.MatrixExpr):
        return kind._from_args(parts)
    made = sympy.Basic.__new__(kind, *parts)
    if kind is sympy.Pow:
        base, exponent = parts
        made.is_commutative = base.is_commutative and exponent.is_commutative
    return made


def _encode_float(number: sympy.Float) -> Node:
    if not number.is_finite:
        raise NotAnExpression("a number that is none")
    sign, mantissa, exponent, _ = number._mpf_
    return ["float", hex(-int(mantissa) if sign else int(mantissa)), int(exponent), number._prec]


def _float(mantissa: str, exponent: int, precision: int) -> sympy.Float:
    return sympy.Float._new(libmp.from_man_exp(int(mantissa, 16), _int(exponent)), _int(precision))


def _symbol(name: str, assumptions: Mapping[str, bool]) -> sympy.Symbol:
    known = {key: bool(value) for key, value in assumptions.items() if key in _assume_defined}
    return sympy.Symbol(_harmless(name, HARMLESS_NAME), **known)


def _function(name: str, *parts: Any) -> Any:
    return sympy.Function(_harmless(name, HARMLESS_FUNCTION))(*map(decode, parts), evaluate=False)


def _matrix(is_fixed: bool, rows: int, columns: int, elements: list[Any]) -> Any:
    kind = sympy.ImmutableMatrix if is_fixed else sympy.Matrix
    return kind(_int(rows), _int(columns), [decode(each) for each in elements])


def _constant(name: str) -> Any:
    if name not in CONSTANTS:
        raise NotAnExpression(f"no constant is named {name[:40]!r}")
    return getattr(sympy.S, name)


def _harmless(name: str, pattern: re.Pattern[str]) -> str:
    return name if pattern.fullmatch(name) else f"x{name.encode('utf-8', 'surrogatepass').hex()}"


def _int(number: Any) -> int:
    if type(number) is not int:
        raise NotAnExpression(f"{type(number).__name__} where a whole number belongs")
    return number


_READERS: Mapping[str, Callable[..., Any]] = {
    "integer": lambda digits: sympy.Integer(int(digits, 16)),
    "rational": lambda p, q: sympy.Rational(int(p, 16), int(q, 16)),
    "float": _float,
    "symbol": _symbol,
    "name": lambda name: Str(_harmless(name, HARMLESS_NAME)),
    "truth": lambda value: sympy.true if value is True else sympy.false,
    "function": _function,
    "matrix": _matrix,
    "constant": _constant,
    "written FiniteSet": lambda *parts: FiniteSet(*map(decode, parts), evaluate=False),
    "written And": lambda *parts: And(*map(decode, parts), evaluate=False),
}
