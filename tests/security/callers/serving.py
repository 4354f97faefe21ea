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
        failures: what any of its calls ended with, beside a right answer.
        abused: what was done meanwhile, as `abuse` tells it.
        grown_bytes: what the daemon's memory grew by.
    """

    before_s: tuple[float, ...]
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


async def abused(seconds: float, idle_streams: int, calls_before: int = 100) -> Findings:
    """Serve a well-behaved client alone, and then for so long beside hostile ones."""
    with tempfile.TemporaryDirectory() as folder:
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
        async with (
            serving(listen="127.0.0.1:0", **settings) as daemon,
            client.AsyncVerifier(daemon.address, token=texts[GOOD], retries=0, timeout_s=30.0) as verifier,
        ):
            failures: list[str] = []
            process = psutil.Process(daemon.process.pid)
            before_s = [await _timed(verifier, number, failures) for number in range(calls_before)]
            memory_bytes = process.memory_info().rss
            abusing = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.security.callers.abuse"),
                *(daemon.address, str(seconds), str(idle_streams)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": str(Path.cwd())},
            )
            answered = asyncio.create_task(abusing.communicate(f"{texts[BAD]}\n{texts[IDLE]}\n".encode()))
            try:
                during_s: list[float] = []
                while not answered.done():
                    during_s.append(await _timed(verifier, len(during_s), failures))
                    await asyncio.sleep(0.01)
                said, _ = await asyncio.wait_for(answered, ENDS_WITHIN_S)
            finally:
                if abusing.returncode is None:
                    abusing.kill()
                    await abusing.wait()
            grown_bytes = process.memory_info().rss - memory_bytes
            return Findings(tuple(before_s), tuple(during_s), tuple(failures), json.loads(said), grown_bytes)


async def _timed(verifier: client.AsyncVerifier, number: int, failures: list[str]) -> float:
    """Verify a program that nobody has verified before; return how long that took."""
    began_s = time.perf_counter()
    try:
        batch = await verifier.verify(PROBLEM, [client.Candidate(f"print('done')  # {number} {began_s}")])
        if not batch.results[0].passed:
            failures.append(str(batch.results[0].verdict))
    except client.VerifierError as error:
        failures.append(repr(error))
    return time.perf_counter() - began_s
