"""TRL's own trainer learns from this reward, and a failure of the service moves nothing."""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.serving import serving
from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.running import answer_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(MAKING_S + 300)]

RIGHT = "print(2*int(input()))"
EPSILON = 1e-4  # what TRL adds to a group's standard deviation


async def test_grpo_takes_its_steps_and_what_could_not_be_judged_is_masked(
    trl_python: Path, tmp_path: Path
) -> None:
    async with serving() as daemon:
        steps = await answer_of(
            trl_python, "grpo_steps.py", daemon.address, str(daemon.process.pid), str(tmp_path)
        )
        assert await daemon.ended() == 0
    *ordinary, mixed, away = steps
    assert len(ordinary) == 3
    for step in ordinary:
        assert step["rewards"] == [float(RIGHT in each) for each in step["completions"]]
        assert (step["moved"] > 0) == (len(set(step["rewards"])) == 2)
    assert any(step["moved"] > 0 for step in ordinary)
    check_mixed(mixed)
    assert (set(away["rewards"]), set(away["advantages"]), away["moved"]) == ({None}, {0.0}, 0.0)


def check_mixed(step: dict[str, Any]) -> None:
    """The one that could not be judged has no advantage; its group's baseline is that of the others."""
    (missing, *judged), (masked, *advantages) = step["rewards"], step["advantages"]
    assert missing is None
    assert masked == 0.0
    assert judged == [float(RIGHT in each) for each in step["completions"][1:]]
    mean, deviation = statistics.mean(judged), statistics.stdev(judged)
    expected = [(each - mean) / (deviation + EPSILON) for each in judged]
    assert all(math.isclose(a, b, abs_tol=1e-4) for a, b in zip(advantages, expected, strict=True))
