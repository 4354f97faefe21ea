"""Results to make reports of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from verifierd.datasets.results import SampleResult
from verifierd.economics.coverage import pass_at_k_estimate
from verifierd.economics.prices import PriceTable
from verifierd.model import Estimate
from verifierd.report import coverage
from verifierd_client import Verdict

PRICES = PriceTable(usd_per_vcpu_second=2.0, usd_per_gib_second=3.0, usd_per_execution=0.5)
WRONG = Verdict.WRONG_ANSWER
RIGHT = Verdict.ACCEPTED


def expect_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing expected beyond the samples but what they show: the many fits take seconds."""

    def as_seen(samples: list[int], right: list[int], ks: list[int], **_: Any) -> tuple[Estimate, ...]:
        return (pass_at_k_estimate(samples, right, min(samples)),) * len(ks)

    monkeypatch.setattr(coverage, "coverages_beyond", as_seen)


def sample(index: int, verdict: Verdict = RIGHT, task_id: str = "T/0", **changes: Any) -> SampleResult:
    """A sample of a task with three tests, which a wrong one fails at the third."""
    right = verdict is RIGHT
    made = SampleResult(
        task_id=task_id,
        sample_index=index,
        language="python",
        verdict=verdict,
        passed=right,
        tests_passed=3 if right else 2,
        tests_total=3,
        failed_test=None if right else "c",
        cpu_time_s=0.25,
        wall_time_s=0.5,
        peak_memory_bytes=1 << 30,
        duplicate_of=None,
        detail="" if right else "expected 3",
        groups={},
    )
    return replace(made, **changes)


def a_set(task_id: str = "T/{}") -> list[SampleResult]:
    """Four tasks of six samples with all that lines may say; more of the later tasks' samples are right."""
    return [
        sample(
            index,
            RIGHT if index < task else WRONG,
            task_id.format(task),
            cpu_time_s=0.01 * (1 + index + task),
            cluster=f"c{min(index, task)}",
            failed_tests=() if index < task else ("abc"[index % 3], "c"),
            probability=min(1.0, 0.2 + 0.15 * task),
            generation_usd=0.125,
        )
        for task in range(4)
        for index in range(6)
    ]
