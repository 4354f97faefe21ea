"""A query being resolved: one open group, into which samples are drawn and verified as they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from verifierd_client.groups import FirstPass, Group, Stop
from verifierd_client.groups.stops import with_stop
from verifierd_client.problems import Generation, Options
from verifierd_client.results import CandidateResult
from verifierd_client.sampling import Draw, Prompt
from verifierd_client.strategies._accounts import Accounts
from verifierd_client.strategies._stopwatch import Phase
from verifierd_client.strategies.query import Query, Resources
from verifierd_client.strategies.resolution import Resolution

UNTIL_ONE_PASSES: Stop = FirstPass()

Submitted = dict[int, tuple[str, Generation]]
"""Answers that were sent to be verified, and what drawing them cost, by candidate."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One whole answer of the model, what drawing it cost, and what came of verifying it."""

    text: str
    generation: Generation
    result: CandidateResult

    @property
    def usd(self) -> float:
        """Return what drawing and verifying it cost."""
        verification_usd = self.result.cost.verification_usd if self.result.cost else 0.0
        return (self.generation.usd or 0.0) + verification_usd


@asynccontextmanager
async def open_trial(
    query: Query, resources: Resources, n: int, stop: Stop | None, options: Options | None = None
) -> AsyncIterator[Trial]:
    """Open the group of a query for at most `n` candidates; leaving the block lets go of everything.

    Whoever is cancelled in the block, or meets an error, aborts what is decoded and cancels what is verified.
    `options` are in place of the query's.

    Raises:
        VerifierError: the group was refused, or could not be opened.
    """
    accounts = Accounts(resources.prices)
    asked = with_stop(query.options if options is None else options, stop)
    async with resources.verifier.group(
        query.problem,
        n,
        language=query.language,
        extraction=query.extraction,
        prefix=query.prefix,
        options=asked,
    ) as group:
        trial = Trial(query, resources, group, accounts, asked.stop_after_accepted)
        readers = [asyncio.create_task(trial.read_results()), asyncio.create_task(trial.await_stop())]
        try:
            yield trial
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)


class Trial:
    """Draws samples into an open group, until `enough` of them have passed. Made by `open_trial`."""

    def __init__(
        self, query: Query, resources: Resources, group: Group, accounts: Accounts, enough: int | None
    ) -> None:
        """Begin with nothing drawn."""
        self.query = query
        self._resources = resources
        self._group = group
        self._accounts = accounts
        self._draws: set[Draw] = set()
        self._failure: BaseException | None = None
        self._news = asyncio.Event()
        self._all_read = asyncio.Event()
        self._candidates = 0
        self._to_pass = enough
        self._is_stopped = False

    @property
    def is_stopped(self) -> bool:
        """Say whether further samples are of no use: the server has seen enough, or the group has failed."""
        return self._is_stopped or self._failure is not None

    async def draw(self, n: int, prompt: Prompt | None = None, continuing: str = "") -> list[Attempt]:
        """Draw samples, verify each as it ends, and return those that have a verdict once no more will come.

        The arguments and errors are those of `decode`.
        """
        submitted = await self.decode(n, prompt, continuing)
        results = self._accounts.results
        while not self.is_stopped and not submitted.keys() <= results.keys():
            self._news.clear()
            await self._news.wait()
        self._check()
        return [Attempt(*submitted[at], results[at]) for at in submitted if at in results]

    async def decode(self, n: int, prompt: Prompt | None = None, continuing: str = "") -> Submitted:
        """Draw samples and submit each as it ends. Returns those that were.

        Args:
            n: how many.
            prompt: in place of the query's.
            continuing: a text that the answers already begin with.

        Raises:
            SamplerError: the model's side failed.
            VerifierError: the batch failed as a whole.
        """
        submitted: Submitted = {}
        if self.is_stopped:
            return submitted
        async with self._begin(n, self.query.prompt if prompt is None else prompt, continuing) as draw:
            self._draws.add(draw)
            try:
                with self._accounts.stopwatch.during(Phase.DECODING):
                    async for sample in draw:
                        generation = self._accounts.drew(sample)
                        if sample.is_whole:
                            self._submit(submitted, continuing + sample.text, generation)
            finally:
                self._draws.discard(draw)
        self._check()
        return submitted

    def _begin(self, n: int, prompt: Prompt, continuing: str) -> Draw:
        """Begin to decode; seeds go on from those of the samples before."""
        sampling = self._resources.sampling
        if sampling.seed is not None:
            sampling = replace(sampling, seed=sampling.seed + self._accounts.samples)
        self._accounts.samples += n
        return self._resources.sampler.draw(prompt, n, sampling, continuing)

    def _submit(self, submitted: Submitted, text: str, generation: Generation) -> None:
        candidate = self._candidates
        if self._group.submit(candidate, text, generation=generation):
            self._candidates += 1
            self._accounts.submitted(candidate)
            submitted[candidate] = text, generation

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    async def read_results(self) -> None:
        """Take results as they land, until the group ends."""
        try:
            async for result in self._group:
                self._accounts.landed(int(result.candidate_id), result)
                self._news.set()
                if self._to_pass is not None:
                    self._to_pass -= result.passed
                    if self._to_pass <= 0:
                        self._stop()  # the server's word comes after the result
        except Exception as error:  # whoever draws is told
            self._failure = error
            self._give_up_drawing()
        self._all_read.set()

    async def await_stop(self) -> None:
        """Abort what is decoded once that is of no use."""
        if await self._group.stop_decided() is not None:
            self._stop()

    def _stop(self) -> None:
        if not self._is_stopped:
            self._is_stopped = True
            self._accounts.stopped()
            self._give_up_drawing()

    def _give_up_drawing(self) -> None:
        for draw in self._draws:
            draw.abort()
        self._news.set()

    async def resolution(self, strategy: str, gave_up: str = "") -> Resolution:
        """Wait until everything is verified, or need not be, and return what the query came to.

        Args:
            strategy: its name.
            gave_up: why the strategy drew no more, where it was not worth it.

        Raises:
            VerifierError: the batch failed as a whole.
        """
        batch = await self._group.result()
        await self._all_read.wait()
        return self._accounts.resolution(strategy, batch, gave_up)
