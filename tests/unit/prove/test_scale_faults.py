"""The plan of faults: the same for a seed, every kind in it, and all of it before the batch is at its end."""

from __future__ import annotations

import pytest

from tests.prove.scale_faults import PLANNED, Kind, plan


@pytest.mark.parametrize("candidates", [60, 10_000])
def test_every_kind_comes_as_often_as_planned_and_before_the_end(candidates: int) -> None:
    faults = plan(9, candidates)
    for kind in Kind:
        assert sum(fault.kind is kind for fault in faults) == PLANNED[kind].times >= 1
    assert [fault.after for fault in faults] == sorted(fault.after for fault in faults)
    assert 0 < faults[0].after <= faults[-1].after < candidates


def test_a_seed_gives_one_plan() -> None:
    assert plan(9, 1000) == plan(9, 1000) != plan(10, 1000)


def test_a_worker_is_frozen_for_half_a_minute() -> None:
    frozen = [fault for fault in plan(9, 1000) if fault.kind is Kind.WORKER_FROZEN]
    assert {fault.lasts_s for fault in frozen} == {30.0}
