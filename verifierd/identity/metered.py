"""The engine of one tenant: its batches hold what its quota allows while they run."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Protocol

from verifierd.identity.metering import Held, Metering
from verifierd.model import Batch, BatchEvent, Candidate, CandidateFinished

Candidates = AsyncIterable[Candidate] | Sequence[Candidate]


class Engine(Protocol):
    """Verifies batches."""

    def run(self, batch: Batch, candidates: Candidates) -> AsyncGenerator[BatchEvent, None]:
        """Yield a batch's events."""
        ...

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        """Cancel one candidate of a batch in flight."""
        ...


class MeteredEngine:
    """Wraps an engine. A closed batch is refused where its tenant has no room; an open one is read later."""

    def __init__(self, inner: Engine, metering: Metering) -> None:
        self._inner = inner
        self._metering = metering

    async def run(self, batch: Batch, candidates: Candidates) -> AsyncGenerator[BatchEvent, None]:
        """Yield a batch's events as the wrapped engine does.

        Raises:
            QuotaExceeded: before the first event, where the tenant's candidates are too many or its CPU time
                is used up; that of an open batch may be used up later, too.
        """
        metering, tenant = self._metering, batch.tenant
        metering.check_cpu_time(tenant)
        count = len(candidates) if isinstance(candidates, Sequence) else 0
        with metering.candidates(tenant, count) as held:
            given = candidates if isinstance(candidates, Sequence) else self._paced(tenant, candidates, held)
            async with aclosing(self._inner.run(batch, given)) as events:
                async for event in events:
                    if isinstance(event, CandidateFinished):
                        held.give_back()
                    yield event

    def give_up(self, batch_id: str, candidate_id: str) -> None:
        """Cancel one candidate of a batch in flight."""
        self._inner.give_up(batch_id, candidate_id)

    async def _paced(
        self, tenant: str, candidates: AsyncIterable[Candidate], held: Held
    ) -> AsyncIterator[Candidate]:
        """Yield candidates of an open batch as the quota has room for them: until then its sampler waits."""
        async for candidate in candidates:
            self._metering.check_cpu_time(tenant)
            await self._metering.room(tenant)
            held.take()
            yield candidate
