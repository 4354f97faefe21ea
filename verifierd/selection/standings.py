"""What rules choose from: candidates in order of arrival, which may be picked, and who did the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from verifierd.model import Pick

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
NO_PROBABILITIES: Mapping[str, float] = MappingProxyType({})
NOTHING = -1
"""The number of what is comparable to nothing, not even to its like."""


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """One row a candidate, in order of arrival.

    Attributes:
        candidate_ids: the candidates' names, n of them.
        eligible: of shape (n,), who may be picked: those that passed every test that judges.
        cluster_of: of shape (n,), each candidate's cluster as a position in `cluster_ids`; `NOTHING` for one
            that did not show all of its behaviour.
        cluster_ids: the clusters' names.
        behaviours: of shape (n, inputs), numbers that are equal in a column where two candidates did the
            same on that input, and in a row where one gave the same answer to two inputs; `NOTHING` for what
            is comparable to nothing.
        passed: of shape (n, generated tests), which of the tests that a model wrote each passed.
    """

    candidate_ids: Sequence[str]
    eligible: Flags
    cluster_of: Numbers
    cluster_ids: Sequence[str]
    behaviours: Numbers
    passed: Flags

    def rows(self) -> Numbers:
        """Return the rows of those that may be picked, in order of arrival."""
        return np.flatnonzero(self.eligible)

    def groups(self, numbers: Numbers) -> list[Numbers]:
        """Return the rows of those that may be picked, grouped by equal numbers, `NOTHING` left out.

        The largest group comes first, of equally large ones that of the first arrival; within a group, rows
        are in order of arrival.
        """
        rows = np.flatnonzero(self.eligible & (numbers != NOTHING))
        if rows.size == 0:
            return []
        ordered = rows[np.argsort(numbers[rows], kind="stable")]
        begins = np.flatnonzero(np.diff(numbers[ordered])) + 1
        return sorted(np.split(ordered, begins), key=lambda group: (-group.size, group[0]))

    def clusters(self) -> list[Numbers]:
        """Return the rows of those that may be picked, by cluster."""
        return self.groups(self.cluster_of)

    def picks(
        self,
        rows: Iterable[int],
        rule: str,
        count: int,
        probabilities: Mapping[str, float] = NO_PROBABILITIES,
    ) -> tuple[Pick, ...]:
        """Return the first `count` of these rows as the picks of a rule, as likely as their clusters."""
        return tuple(
            Pick(
                self.candidate_ids[row],
                rule,
                cluster_id := self._cluster_id(row),
                probabilities.get(cluster_id),
            )
            for row in islice(rows, count)
        )

    def _cluster_id(self, row: int) -> str:
        cluster = self.cluster_of[row]
        return "" if cluster == NOTHING else self.cluster_ids[cluster]


def one_from_each(groups: Sequence[Numbers]) -> Iterator[int]:
    """Yield the first row of each group, then the second of each that has one, and so on."""
    place = 0
    while groups:
        for group in groups:
            yield int(group[place])
        place += 1
        groups = [group for group in groups if group.size > place]
