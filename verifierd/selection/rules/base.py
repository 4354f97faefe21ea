"""The interface of all selection rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from verifierd.model import Pick
from verifierd.selection.standings import Standings


@dataclass(frozen=True, slots=True)
class Selected:
    """What a rule chose: up to so many picks as asked, the best first, none where nothing deserves it.

    `none_probability` is that no candidate is correct, `probabilities` are those of the clusters by id, where
    the rule tells them.
    """

    picks: tuple[Pick, ...]
    none_probability: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)


class SelectionRule(Protocol):
    """Picks candidates from the standings of a batch. A frozen dataclass, whose fields are its parameters."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    name: ClassVar[str]
    reads_behaviours: ClassVar[bool]
    """Whether the rule looks at what a candidate did on each input, beyond who did the same on all."""
    reads_generated: ClassVar[bool]
    """Whether it looks at which of the tests that a model wrote a candidate passed."""
    tells_probabilities: ClassVar[bool]
    """Whether it tells how likely each cluster is correct, and that none is."""

    def select(self, standings: Standings, count: int) -> Selected:
        """Return up to `count` picks."""
        ...
