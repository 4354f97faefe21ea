"""The executor of one batch that asks for no run whose outcome is known from earlier ones."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from sandboxes.model import Job, Limits, Program, Run
from sandboxes.orders import order_of
from verifierd.execution.executor import ExecutionRequest, Executor
from verifierd.execution.result_cache import ResultCache
from verifierd.execution.varying import counterpart_may_vary, may_vary
from verifierd.judging.answers import Answer


class Recalling:
    """Wraps an executor for one batch, whose runs are given; requests for other runs go through."""

    def __init__(self, inner: Executor, cache: ResultCache, runs: tuple[Run, ...], limits: Limits) -> None:
        self._inner = inner
        self._cache = cache
        self._runs = runs
        self._places = {id(run): place for place, run in enumerate(runs)}
        self._limits = limits
        self._digests: dict[str, asyncio.Task[list[bytes | None]]] = {}  # of the runs, by language

    @property
    def capacity(self) -> int:
        """Return the wrapped executor's."""
        return self._inner.capacity

    async def execute(self, request: ExecutionRequest) -> AsyncGenerator[Answer, None]:
        """Yield one answer for each run, in their order; those that are known at once."""
        places = [self._places.get(id(run)) for run in request.runs]
        if None in places or may_vary(request.program):
            async with aclosing(self._inner.execute(request)) as answers:
                async for answer in answers:
                    yield answer
            return
        program = _digest(Job(request.program, (), request.limits), request.tenant)
        all_digests = await self._digests_of_runs(request.program.language)
        digests = [all_digests[place] for place in places if place is not None]
        known = [None if digest is None else self._cache.known(program, digest) for digest in digests]
        asked = tuple(run for run, recalled in zip(request.runs, known, strict=True) if recalled is None)
        async with aclosing(self._inner.execute(replace(request, runs=asked))) as answers:
            for run_index, (digest, recalled) in enumerate(zip(digests, known, strict=True)):
                if recalled is not None:
                    yield recalled.at(run_index, recalled.attempts)
                    continue
                answer = await anext(answers)
                if digest is not None:
                    self._cache.saw(program, digest, answer, self._limits)
                yield answer.at(run_index, answer.attempts)

    async def _digests_of_runs(self, language: str) -> list[bytes | None]:
        """Return what tells each run from others; None for one whose outcome is not to be kept."""
        if language not in self._digests:  # of MiB, it may be: the loop does not wait
            self._digests[language] = asyncio.create_task(asyncio.to_thread(self._digest_runs, language))
        return await asyncio.shield(self._digests[language])

    def _digest_runs(self, language: str) -> list[bytes | None]:
        nothing = Program(language, "")
        return [
            None if counterpart_may_vary(run, language) else _digest(Job(nothing, (run,), self._limits))
            for run in self._runs
        ]


def _digest(job: Job, tenant: str = "") -> bytes:
    """Return the SHA-256 of all that a sandbox is told of a job, of the language's name and the tenant's.

    So a tenant is told nothing that another one's runs did, nor how long ago, nor that there were any.
    """
    header, blobs = order_of(job)
    digest = hashlib.sha256(json.dumps([job.program.language, header, tenant], sort_keys=True).encode())
    for blob in blobs:
        digest.update(len(blob).to_bytes(8, "big"))
        digest.update(blob)
    return digest.digest()
