"""What is believed of a model's samples before a batch is seen: the numbers behind the rule `posterior`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from verifierd.selection.parameters import ParameterRefused


@dataclass(frozen=True, slots=True)
class Beliefs:
    """The defaults were learned from samples of CodeGen-Mono-16B on HumanEval; see `fitting`.

    Attributes:
        unsolvable: chance that no sample solves a problem.
        correct_a, correct_b: Beta distribution of the chance that a sample is correct, where some are.
        concentration, discount: of the restaurant in which wrong programs sit down; see `partitions`.
        size_weight: exponent of what the sizes of clusters say: samples of one model are not independent.
        right_a, right_b: Beta distribution of the share that a correct program passes of those tests, written
            by a model, that the best cluster passes: how many of all are sound differs from problem to
            problem.
        wrong_a, wrong_b: the same of a wrong one.
        tests_worth: how many independent tests any number of them is worth at most.
        sound_a, sound_b: Beta distribution of the share of inputs on which a correct program comes to an
            answer.
        unsound_a, unsound_b: the same of a wrong one.
        inputs_worth: how many independent inputs any number of them is worth at most.
        ignoring: chance that a program does not look at its input and always answers the same.
        kinship: exponent of the share of inputs on which two clusters do the same: how likely a second one is
            correct too. Correct programs differ where a problem leaves open what to do.
    """

    unsolvable: float = 0.3
    correct_a: float = 0.5
    correct_b: float = 1.0
    concentration: float = 8.0
    discount: float = 0.5
    size_weight: float = 0.6
    right_a: float = 8.0
    right_b: float = 1.5
    wrong_a: float = 0.5
    wrong_b: float = 0.5
    tests_worth: float = 12.0
    sound_a: float = 12.0
    sound_b: float = 1.0
    unsound_a: float = 2.0
    unsound_b: float = 0.5
    inputs_worth: float = 8.0
    ignoring: float = 0.5
    kinship: float = 4.0

    def __post_init__(self) -> None:
        """Raise ParameterRefused where a number is out of its range."""
        for field in fields(Beliefs):
            value = getattr(self, field.name)
            allowed = RANGES.get(field.name, POSITIVE)
            if not allowed.holds(value):
                raise ParameterRefused(field.name, value, allowed.words)


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`; an end that is not closed is not among them."""

    low: float
    high: float
    is_closed: bool
    words: str

    def holds(self, value: float) -> bool:
        """Tell whether a number is allowed."""
        if self.is_closed:
            return self.low <= value <= self.high
        return self.low < value < self.high


POSITIVE = Range(1e-6, 1e6, is_closed=True, words="0.000001 to 1000000")
RANGES: Mapping[str, Range] = MappingProxyType(
    {
        "unsolvable": Range(0.0, 1.0, is_closed=False, words="above 0 and below 1"),
        "discount": Range(0.0, 0.999, is_closed=True, words="0 to 0.999"),
        "size_weight": Range(0.0, 1.0, is_closed=True, words="0 to 1"),
        "tests_worth": Range(0.0, 1e6, is_closed=True, words="0 to 1000000"),
        "inputs_worth": Range(0.0, 1e6, is_closed=True, words="0 to 1000000"),
        "ignoring": Range(0.0, 0.999, is_closed=True, words="0 to 0.999"),
    }
)
