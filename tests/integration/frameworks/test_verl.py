"""verl's and OpenRLHF's own callers give right programs their rewards, and know when nothing was judged."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.serving import END_WITHIN_S, serving
from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.running import answer_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(MAKING_S + 300)]

# Of the responses in verl_rewards.py: right, right on one of two tests, right, wrong, no program.
PASSED = [1.0, 0.0, 1.0, 0.0, 0.0]
SHARES = [1.0, 0.5, 1.0, 0.0, 0.0]


@asynccontextmanager
async def run_code(address: str) -> AsyncIterator[str]:
    """Run `verifierd-run-code` in front of a daemon, and give its URL."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "verifierd_client.integrations.run_code"),
        *("--listen", "127.0.0.1:0", "--server", address),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), END_WITHIN_S)
        yield line.decode().removeprefix("listening on ").strip()
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), END_WITHIN_S) == 0


@pytest.fixture(scope="module")
async def found(verl_python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What verl and OpenRLHF say, run once beside one daemon."""
    async with serving() as daemon, run_code(daemon.address) as url:
        of_verl = await answer_of(verl_python, "verl_rewards.py", daemon.address, url)
        folder = tmp_path_factory.mktemp("openrlhf")
        of_openrlhf = await answer_of(verl_python, "openrlhf_rewards.py", daemon.address, str(folder))
    return {**of_verl, "openrlhf": of_openrlhf}


async def test_verls_reward_loop_calls_the_reward_by_configuration_alone(found: dict[str, Any]) -> None:
    assert found["reward_loop"] == PASSED


async def test_verls_batch_manager_takes_the_rewards_of_a_batch(found: dict[str, Any]) -> None:
    assert found["batch"] == PASSED


async def test_verls_reward_loop_gets_an_error_and_no_score_where_the_service_is_away(
    found: dict[str, Any],
) -> None:
    assert len(found["away"]) == len(PASSED)
    assert all(each.startswith("NoVerdict(") for each in found["away"])


async def test_verls_sandboxfusion_caller_gives_right_scores_through_run_code(found: dict[str, Any]) -> None:
    told = found["sandbox_fusion"]
    assert told["scores"] == SHARES
    # By verl's codes: right, wrong, refused by the interpreter, raises, runs too long; C++: right, refused.
    assert told["results"] == [[code] * 2 for code in (True, False, -2, -2, -3, True, -4)]
    assert [each[0] for each in told["statuses"]] == [
        "success",
        "wrong_answer",
        "runtime_error",
        "runtime_error",
        "timeout",
        "success",
        "compile_error",
    ]


async def test_openrlhfs_executor_takes_the_rewards_and_never_runs_the_prompts_program(
    found: dict[str, Any],
) -> None:
    here = found["openrlhf"]["here"]
    assert [(each["reward"], each["judged"]) for each in here] == [(str(each), [1.0]) for each in PASSED]


async def test_openrlhf_has_nan_or_no_reward_where_the_service_is_away_and_never_zero(
    found: dict[str, Any],
) -> None:
    assert found["openrlhf"]["away_none"] == [{"reward": "nan", "judged": [0.0]}] * len(PASSED)
    assert found["openrlhf"]["away_raise"] == [{"reward": None, "judged": []}] * len(PASSED)
