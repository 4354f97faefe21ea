"""Open groups against a real daemon: stops, samples given up, odd completions, a daemon that is killed."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.daemon.serving import Serving, serving
from verifierd_client import (
    AsyncVerifier,
    CallTest,
    FirstPass,
    Limits,
    Options,
    Problem,
    StopReason,
    Verdict,
)

pytestmark = pytest.mark.anyio

PROBLEM = Problem("double", [CallTest("double", [2], 4), CallTest("double", [5], 10)], Limits(cpu_time_s=20))
RIGHT, WRONG = "return 2 * n", "return n"
SPINS = "while True: pass"


def written(body: str) -> str:
    """What a model writes."""
    return f"Here it is:\n```python\ndef double(n):\n    {body}\n```\nIt doubles."


@pytest.fixture
async def served() -> AsyncIterator[Serving]:
    async with serving(VERIFIERD_SANDBOX__COUNT="2") as running:
        yield running


@pytest.fixture
async def verifier(served: Serving) -> AsyncIterator[AsyncVerifier]:
    async with AsyncVerifier(served.address, timeout_s=60) as verifier:
        yield verifier


async def test_the_first_pass_stops_the_group_while_other_samples_still_run(verifier: AsyncVerifier) -> None:
    async with verifier.group(PROBLEM, 10, stop=FirstPass()) as group:
        for index, body in enumerate((WRONG, SPINS, RIGHT)):
            assert group.submit(index, written(body))
        assert await group.stop_decided() is StopReason.ACCEPTED_ENOUGH
        assert group.to_abort == set(range(3, 10))
        whole = await group.result()
    verdicts = [result.verdict for result in whole.results]
    assert verdicts == [Verdict.WRONG_ANSWER, Verdict.CANCELLED, Verdict.ACCEPTED]
    assert [pick.candidate_id for pick in whole.summary.picks] == ["2"]


async def test_a_sample_given_up_frees_its_sandbox(verifier: AsyncVerifier) -> None:
    began = time.monotonic()
    async with verifier.group(PROBLEM, 4) as group:
        for index in range(2):
            group.submit(index, written(f"{SPINS}  # {index}"))
        group.submit(2, written(RIGHT))
        group.submit(3, written(WRONG))
        await asyncio.sleep(0.3)
        for index in range(2):
            group.cancel(index)
        whole = await group.result()
    assert time.monotonic() - began < 10, "the samples that spin ran to their limit of 20 s"
    verdicts = [result.verdict for result in whole.results]
    assert verdicts == [Verdict.CANCELLED, Verdict.CANCELLED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER]


@pytest.mark.parametrize(
    ("completion", "verdict", "words"),
    [
        ("I do not know.", Verdict.NO_CODE, "no fenced code block"),
        ("", Verdict.NO_CODE, "no fenced code block"),
        ("".join(map(written, [WRONG] * 9 + [RIGHT])), Verdict.ACCEPTED, ""),
        ("very " * 1_000_000 + written(RIGHT), Verdict.ACCEPTED, ""),
        (written("x = '" + "y" * 5_000_000 + "'"), Verdict.NO_CODE, "cannot be run"),
        ("x" * 20_000_000, Verdict.NO_CODE, "searched are up to"),
        ("a lone \ud800 surrogate\n" + written(RIGHT), Verdict.NO_CODE, "not UTF-8"),
        ("```bash\nrm -rf /\n```", Verdict.NO_CODE, "blocks of bash"),
    ],
    ids=["refusal", "nothing", "ten blocks", "5 MB of talk", "5 MB of code", "20 MB", "surrogate", "bash"],
)
async def test_whatever_a_model_writes_gets_a_verdict_and_the_group_goes_on(
    verifier: AsyncVerifier, completion: str, verdict: Verdict, words: str
) -> None:
    async with verifier.group(PROBLEM, 2) as group:
        group.submit(0, completion)
        group.submit(1, written(RIGHT))
        whole = await group.result()
    assert [result.verdict for result in whole.results] == [verdict, Verdict.ACCEPTED]
    assert words in whole.results[0].detail


async def test_a_group_outlives_a_daemon_that_is_killed(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/api.sock"
    async with AsyncVerifier(address, timeout_s=60, retries=40) as verifier:
        async with serving(listen=address, VERIFIERD_SANDBOX__COUNT="2") as first:
            group = verifier.group(PROBLEM, 3, options=Options(include_outputs=False))
            await group.__aenter__()
            group.submit(0, written(RIGHT))
            assert (await anext(group)).passed
            group.submit(1, written(SPINS))
            first.signal(signal.SIGKILL)
            await first.ended()
        group.cancel(1)
        group.submit(2, written(WRONG))
        async with serving(listen=address, VERIFIERD_SANDBOX__COUNT="2"):
            whole = await group.result()
            await group.aclose()
    verdicts = [result.verdict for result in whole.results]
    assert verdicts == [Verdict.ACCEPTED, Verdict.CANCELLED, Verdict.WRONG_ANSWER]
    assert [pick.candidate_id for pick in whole.summary.picks] == ["0"]
