"""A daemon under abuse: how a well-behaved client is served meanwhile, and what is left of the daemon."""

from __future__ import annotations

import asyncio
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

import verifierd_client as client
from tests.integration.daemon.serving import serving
from verifierd.identity.principals import ALL_SCOPES, Scope
from verifierd.identity.token_file import TokenFile
from verifierd.identity.tokens import new_token

PROBLEM = client.Problem("echo", [client.StdioTest("", "done")])
GOOD, BAD, IDLE = "good", "bad", "idle"
OF_BAD = {"tenant": BAD, "requests_per_second": 200, "concurrent_calls": 1000, "concurrent_candidates": 64}
OF_IDLE = {"tenant": IDLE, "requests_per_second": 500, "concurrent_calls": 20_000}
ENDS_WITHIN_S = 60.0


@dataclass(frozen=True)
class Findings:
    """What came of it. Times are seconds, of single calls of the well-behaved client.

    Attributes:
        elsewhere_s: while a second daemon was abused in the same way: what the machine itself costs, where
            hostile callers, both daemons and the sandboxes share its processors.
        failures: what any of its calls ended with, beside a right answer.
        abused: what was done meanwhile, as `abuse` tells it.
        grown_bytes: what the daemon's memory grew by.
    """

    before_s: tuple[float, ...]
    elsewhere_s: tuple[float, ...]
    during_s: tuple[float, ...]
    failures: tuple[str, ...]
    abused: dict[str, Any]
    grown_bytes: int

    @property
    def p99_ratio(self) -> float:
        """Return how much longer the slowest hundredth took."""
        return percentile(self.during_s, 0.99) / percentile(self.before_s, 0.99)


def percentile(times_s: Sequence[float], share: float) -> float:
    """Return a time that this share of calls keep below."""
    return sorted(times_s)[max(0, math.ceil(share * len(times_s)) - 1)]


async def abused(
    seconds: float, idle_streams: int, calls_before: int = 100, seconds_elsewhere: float = 0.0
) -> Findings:
    """Serve a well-behaved client alone, and then for so long beside hostile ones.

    Before that, a second daemon is abused for `seconds_elsewhere`, where these are any.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        tokens = TokenFile(Path(folder, "tokens.json"))
        texts = {}
        for tenant in (GOOD, BAD, IDLE):
            token, texts[tenant] = new_token(tenant, ALL_SCOPES - {Scope.ADMIN}, time.time_ns())
            await asyncio.to_thread(tokens.add, token)
        settings = {
            "VERIFIERD_IDENTITY__REQUIRED": "true",
            "VERIFIERD_IDENTITY__TOKEN_FILE": tokens.where,
            "VERIFIERD_QUOTAS__TENANTS": json.dumps([OF_BAD, OF_IDLE]),
        }
        daemon = await stack.enter_async_context(serving(listen="127.0.0.1:0", **settings))
        verifier = await stack.enter_async_context(
            client.AsyncVerifier(daemon.address, token=texts[GOOD], retries=0, timeout_s=30.0)
        )
        behaved, hostile = Behaved(verifier), (texts[BAD], texts[IDLE])
        before_s = tuple([await behaved.timed() for _ in range(calls_before)])
        elsewhere_s: tuple[float, ...] = ()
        if seconds_elsewhere:
            async with serving(listen="127.0.0.1:0", **settings) as other:
                elsewhere_s, _ = await behaved.beside(other.address, hostile, seconds_elsewhere, idle_streams)
        process = psutil.Process(daemon.process.pid)
        memory_bytes = process.memory_info().rss
        during_s, said = await behaved.beside(daemon.address, hostile, seconds, idle_streams)
        grown_bytes = process.memory_info().rss - memory_bytes
        return Findings(before_s, elsewhere_s, during_s, tuple(behaved.failures), said, grown_bytes)


class Behaved:
    """A well-behaved client: one call after the other, each of a program that nobody has verified before."""

    def __init__(self, verifier: client.AsyncVerifier) -> None:
        self.failures: list[str] = []
        self._verifier = verifier
        self._calls = 0

    async def timed(self) -> float:
        """Call once; return how long that took, in seconds."""
        self._calls += 1
        began_s = time.perf_counter()
        program = client.Candidate(f"print('done')  # {self._calls} {began_s}")
        try:
            batch = await self._verifier.verify(PROBLEM, [program])
            if not batch.results[0].passed:
                self.failures.append(str(batch.results[0].verdict))
        except client.VerifierError as error:
            self.failures.append(repr(error))
        return time.perf_counter() - began_s

    async def beside(
        self, abused: str, hostile: tuple[str, str], seconds: float, idle_streams: int
    ) -> tuple[tuple[float, ...], dict[str, Any]]:
        """Call while whoever has these two tokens abuses an address; return the times and what was done."""
        abusing = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.security.callers.abuse"),
            *(abused, str(seconds), str(idle_streams)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        )
        answered = asyncio.create_task(abusing.communicate("\n".join((*hostile, "")).encode()))
        times_s: list[float] = []
        try:
            while not answered.done():
                times_s.append(await self.timed())
                await asyncio.sleep(0.01)
            said, _ = await asyncio.wait_for(answered, ENDS_WITHIN_S)
        finally:
            if abusing.returncode is None:
                abusing.kill()
                await abusing.wait()
        return tuple(times_s), json.loads(said)
