"""The `evalplus` checker follows EvalPlus's evaluator.

Source: evalplus/evalplus 0.3.1, evalplus/eval/__init__.py and evalplus/eval/_special_oracle.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from verifierd.judging.checker import Checker, CheckResult
from verifierd.judging.fingerprint import fingerprint
from verifierd.judging.parameters import read_choice, read_strict, read_tolerance
from verifierd.judging.pythonic import first_unequal, python_fingerprint
from verifierd.judging.showing import show_value
from verifierd.judging.tolerant import FloatValue, Tolerance

FLOATS_ATOL = 1e-6
RTOL = 1e-7
REAL_NUMBERS = (int, float, bool)
NUMBERS = (*REAL_NUMBERS, complex)
ITERABLES = (list, tuple, set, frozenset, dict, str, bytes)
DIMENSIONS = 64  # that numpy's arrays may have
ORACLES = ("any", "or_zero", "set", "not_none", "either", "root")


@dataclass(frozen=True, slots=True)
class EvalPlus(Checker[Any]):
    """Typed values by Python's `==`; with a tolerance, and where floats are expected, also by numpy.allclose.

    It is unsafe_execute and is_floats. `atol` is the task's own; where it is 0 and the expected value is a
    float, or a list or tuple of floats, it is 1e-6. With a tolerance, values of one type and length are
    right where |actual - expected| <= atol + 1e-7 |expected|. The evaluator keeps an `atol` that floats
    raised for the tests that follow; here each test is judged alone. NaN is equal to itself, unlike there.

    `oracle` is the rule that the evaluator has for a task of its own:

    - `any`: every value is right (Mbpp/164);
    - `or_zero`: 0 is right too (Mbpp/295);
    - `set`: the items are the same ones, in any order and number (Mbpp/2, 7, 111, 140, 232, 249, 579, 769);
    - `not_none`: expected is whether there is a value (check_str, text_match_three, text_starta_endb);
    - `either`: expected is a list of right values, all but the first within `atol` (Mbpp/558, 581);
    - `root`: expected are a polynomial's coefficients, the constant first; a value is right where
      |p(value)| <= atol (HumanEval/32).

    Unsound is that True passes for 1, [[1.0]] for [[1.0, 1.0]] (numpy repeats what is missing), and what
    `any` and `or_zero` let pass. Strict: those two do nothing, and types and shapes count as they do in
    `float`, where 2 passes for 2.0.
    """

    name = "evalplus"
    version = 1
    parameters = ("atol", "oracle", "strict")

    atol: float = 0.0
    oracle: str = ""
    strict: bool = False

    @classmethod
    def _parsed(cls, parameters: Mapping[str, str], path: str) -> Self:
        return cls(
            read_tolerance(parameters, "atol", 0.0, path),
            read_choice(parameters, "oracle", ORACLES, "", path),
            read_strict(parameters, path),
        )

    def digest(self, output: Any) -> bytes | None:
        """Return the fingerprint, unless strict by Python's `==`."""
        return fingerprint(output) if self.strict else python_fingerprint(output)

    def check_digests(
        self, expected: Any, expected_digest: bytes | None, actual: Any, actual_digest: bytes | None
    ) -> CheckResult:
        """Compare by digests only where what is expected is the value itself."""
        expects_the_value = self.oracle not in ("not_none", "either", "root")
        digest = expected_digest if expects_the_value else None
        return Checker.check_digests(self, expected, digest, actual, actual_digest)

    def difference(self, expected: Any, actual: Any) -> str | None:
        """Name the first part that differs, where neither the oracle nor the tolerance forgives it."""
        if self.oracle == "root":
            return None if _is_root(expected, actual, self.atol) else f"no root is {show_value(actual)}"
        rights = expected if self.oracle == "either" else (expected,)
        if type(rights) not in (list, tuple) or not rights:
            return f"the oracle 'either' takes a list of right values, not {show_value(expected)}"
        atol = self.atol or (FLOATS_ATOL if _are_floats(rights[0]) else 0.0)
        if not (self._exact(rights, actual) or (atol and _all_close(rights[0], actual, atol))):
            return first_unequal(rights[0], actual) or "the values differ"
        if self.strict and self.oracle not in ("set", "not_none"):
            # Only of types and shapes: the larger of two doubled tolerances is at least their sum.
            typed = FloatValue(Tolerance(2 * atol, 2 * RTOL if atol else 0.0))
            differences = [typed.difference(right, actual) for right in rights]
            return None if None in differences else differences[0]
        return None

    def _exact(self, rights: Sequence[Any], actual: Any) -> bool:
        """Tell whether a value is right by the task's oracle, and without one by `==`."""
        expected = rights[0]
        if self.oracle == "set":
            return _same_items(expected, actual, fingerprint if self.strict else python_fingerprint)
        if self.oracle == "not_none" and type(actual) is not bool:
            return _equal(expected, actual is not None)
        if self.oracle == "any" and not self.strict:
            return True
        if self.oracle == "or_zero" and not self.strict and _equal(0, actual):
            return True
        return _equal(expected, actual) or any(_off_by(right, actual) <= self.atol for right in rights[1:])


def _equal(expected: Any, actual: Any) -> bool:
    code = python_fingerprint(expected)
    return code is not None and code == python_fingerprint(actual)


def _same_items(expected: Any, actual: Any, code: Callable[[Any], bytes | None]) -> bool:
    if type(expected) not in ITERABLES or type(actual) not in ITERABLES:
        return False
    wanted, given = ({code(item) for item in value} for value in (expected, actual))
    return wanted == given and None not in given


def _are_floats(value: Any) -> bool:
    if type(value) in (list, tuple):
        return bool(value) and all(type(item) is float for item in value)
    return type(value) is float


def _off_by(expected: Any, actual: Any) -> float:
    """Return |actual - expected|; infinity where they are no numbers or beyond every float."""
    if type(expected) not in NUMBERS or type(actual) not in NUMBERS:
        return math.inf
    try:
        return float(abs(actual - expected))
    except OverflowError:
        return math.inf


def _is_root(coefficients: Any, actual: Any, atol: float) -> bool:
    if type(coefficients) not in (list, tuple) or type(actual) not in REAL_NUMBERS:
        return False
    try:
        value = sum(each * math.pow(actual, power) for power, each in enumerate(coefficients))
        return bool(abs(value) <= atol)
    except (OverflowError, ValueError, TypeError):
        return False


def _all_close(expected: Any, actual: Any, atol: float) -> bool:
    """Ask numpy, which must be shown numbers only: of one long text it makes an array of long texts."""
    if type(expected) is not type(actual):
        return False
    if type(expected) in (list, tuple) and len(expected) != len(actual):
        return False
    if not (_holds_numbers(expected) and _holds_numbers(actual)):
        return False
    try:
        wanted, given = np.asarray(expected), np.asarray(actual)
        size = math.prod(np.broadcast_shapes(wanted.shape, given.shape))
        if size > wanted.size + given.size:  # a table of all pairs, which no test expects
            return False
        with np.errstate(all="ignore"):
            return bool(np.allclose(given, wanted, rtol=RTOL, atol=atol))
    except (TypeError, ValueError, OverflowError):
        return False


def _holds_numbers(value: Any) -> bool:
    """Tell whether a value is a number, or lists and tuples of numbers no deeper than an array may be."""
    level = [value]
    for _ in range(DIMENSIONS + 1):
        inner: list[Any] = []
        for item in level:
            if type(item) in (list, tuple):
                inner.extend(item)
            elif type(item) not in NUMBERS:
                return False
        if not inner:
            return True
        level = inner
    return False
