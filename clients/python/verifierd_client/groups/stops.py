"""When a group has seen enough: rules that the server applies as verdicts land, to be combined by `|`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from verifierd_client.problems import Options, Selection

PROBABLE_RULE = "posterior"
"""The selection rule that tells how probable its picks are; `Confident` needs one that does."""


class Stop(ABC):
    """One rule, or several of which the first to hold stops the group: `FirstPass() | Deadline(30)`."""

    def __or__(self, other: Stop) -> Stop:
        """Return the rule that stops when either does."""
        if not isinstance(other, Stop):
            return NotImplemented
        return _Any(_parts(self) + _parts(other))

    @abstractmethod
    def _told(self) -> Mapping[str, Any]:
        """Return the fields of `Options` that say this to the server; None: not said."""


@dataclass(frozen=True, slots=True)
class FirstPass(Stop):
    """One sample is accepted."""

    def _told(self) -> Mapping[str, Any]:
        return {"stop_after_accepted": 1}


@dataclass(frozen=True, slots=True)
class Passes(Stop):
    """`k` samples are accepted."""

    k: int

    def _told(self) -> Mapping[str, Any]:
        return {"stop_after_accepted": self.k}


@dataclass(frozen=True, slots=True)
class Confident(Stop):
    """The best cluster is correct with this probability, by the selection rule `posterior`."""

    probability: float

    def _told(self) -> Mapping[str, Any]:
        return {"confidence": self.probability}


@dataclass(frozen=True, slots=True)
class Lead(Stop):
    """The largest cluster leads the second beyond doubt: adaptive consistency (Aggarwal et al. 2023)."""

    tail: float = 0.05

    def _told(self) -> Mapping[str, Any]:
        return {"lead_tail": self.tail}


@dataclass(frozen=True, slots=True)
class Budget(Stop):
    """The group has cost so much: US dollars, with the drawing of its samples, or CPU seconds of sandboxes.

    What drawing costs is known as far as `submit` was given a `generation`. One of the two is to be given.
    """

    usd: float | None = None
    cpu_s: float | None = None

    def _told(self) -> Mapping[str, Any]:
        if self.usd is None and self.cpu_s is None:
            raise ValueError("Budget needs usd, cpu_s or both")
        return {"money_budget_usd": self.usd, "cpu_budget_s": self.cpu_s}


@dataclass(frozen=True, slots=True)
class Deadline(Stop):
    """So many seconds have passed since the group was opened; what is judged by then is its result."""

    seconds: float

    def _told(self) -> Mapping[str, Any]:
        return {"time_budget_s": self.seconds}


@dataclass(frozen=True, slots=True)
class MarginalValue(Stop):
    """One more sample costs more than it may bring, where a resolved problem is worth so much."""

    usd_per_resolved: float

    def _told(self) -> Mapping[str, Any]:
        return {"usd_per_resolved": self.usd_per_resolved}


@dataclass(frozen=True, slots=True)
class _Any(Stop):
    parts: tuple[Stop, ...]

    def _told(self) -> Mapping[str, Any]:
        together: dict[str, Any] = {}
        for part in self.parts:
            for name, value in part._told().items():
                if value is None:
                    continue
                if together.setdefault(name, value) != value:
                    raise ValueError(
                        f"two stops set {name}, to {together[name]!r} and to {value!r}; give the stricter one"
                    )
        return together


def with_stop(options: Options, stop: Stop | None) -> Options:
    """Return the options with what a stop says.

    Raises:
        TypeError: it is no stop.
        ValueError: the stop contradicts the options, or itself.
    """
    if stop is None:
        return options
    if not isinstance(stop, Stop):
        raise TypeError(f"stop must be one such as FirstPass(), or several joined by |, and is {stop!r}")
    told = {name: value for name, value in stop._told().items() if value is not None}
    usual = {field.name: field.default for field in fields(Options)}
    for name in told:
        if (given := getattr(options, name)) not in (usual[name], told[name]):
            raise ValueError(f"Options.{name} is {given!r}, and the stop says {told[name]!r}; give one")
    if "confidence" in told and options.selection.rule is None:
        selection: Selection = replace(options.selection, rule=PROBABLE_RULE)
        told["selection"] = selection
    return replace(options, **told)


def _parts(stop: Stop) -> tuple[Stop, ...]:
    return stop.parts if isinstance(stop, _Any) else (stop,)
