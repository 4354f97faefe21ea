"""What the API needs of the rest of the daemon: an engine for batches and a shelf for problems."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from verifierd.admission import AdmissionLimits
from verifierd.batches.problems import ProblemExchange
from verifierd.model import Batch, BatchEvent, Candidate, Digest, Problem


class Engine(Protocol):
    """Verifies batches."""

    def run(
        self, batch: Batch, candidates: AsyncIterable[Candidate] | Sequence[Candidate]
    ) -> AsyncGenerator[BatchEvent, None]:
        """Verify the candidates, given at once or as they come; closing the iterator cancels the batch.

        Raises:
            InvalidField: before the first event, a field named from the problem's root.
            QueueFull: before the first event, where no more work may wait.
            Draining: before the first event, where no new work is taken.
        """
        ...

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        """Cancel one candidate of a batch in flight, unless it has its verdict."""
        ...


class ProblemShelf(Protocol):
    """Keeps problems by their tenant and digest for a while."""

    @property
    def exchange(self) -> ProblemExchange | None:
        """Return how to have what other front ends were given; None: there are none."""
        ...

    def put(self, problem: Problem, message: bytes = b"", tenant: str = "") -> Digest:
        """Keep a problem, and the message it came as; return its digest, the same for the same problem.

        Raises:
            QuotaExceeded: it is larger than all that its tenant may have.
        """
        ...

    def get(self, digest: Digest, tenant: str = "") -> Problem:
        """Return a problem that this tenant put here.

        Raises:
            UnknownProblem: it put none of this digest here, or it has gone since.
        """
        ...

    def message(self, digest: Digest, tenant: str = "") -> bytes:
        """Return the message that a kept problem came as. Raises the same."""
        ...


@dataclass(frozen=True, slots=True)
class LanguageAbility:
    """A language by its name and the kinds of tests that work in it.

    Where its toolchain is absent, `remedy` is the command that installs it. `fence_tags` are what models mark
    blocks of its programs with.
    """

    name: str
    version: str
    test_kinds: frozenset[str]
    available: bool = True
    remedy: str = ""
    fence_tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckerAbility:
    """A checker by its name and version, the kinds of tests that it judges and those that default to it."""

    name: str
    version: str
    test_kinds: frozenset[str]
    default_for: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WallAbility:
    """One kind of isolation on this host, and how it is known to stand or not."""

    name: str
    stands: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BackendAbility:
    """A maker of sandboxes and the walls that it stands up."""

    name: str
    walls: tuple[WallAbility, ...] = ()
    image_digest: str = ""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What this server can do. `selection_rules` has the default first.

    Languages and backends of a fleet change as its workers come and go.
    """

    server_version: str
    languages: Sequence[LanguageAbility]
    checkers: tuple[CheckerAbility, ...]
    selection_rules: tuple[str, ...]
    backends: Sequence[BackendAbility] = ()
    bounds: AdmissionLimits = field(default_factory=AdmissionLimits)

    @property
    def fence_tags(self) -> dict[str, frozenset[str]]:
        """Return what models mark blocks with, by the name of the language that is in them."""
        return {language.name: language.fence_tags for language in self.languages}
