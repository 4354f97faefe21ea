from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.selection.results import execution, result
from verifierd.economics.cost import cost_of, total
from verifierd.economics.prices import PriceTable
from verifierd.judging.candidates import without_code
from verifierd.model import CandidateResult, Cost, Verdict

PRICES = PriceTable(usd_per_vcpu_second=2.0, usd_per_gib_second=3.0, usd_per_execution=5.0)
FREE = PriceTable()


def used(
    cpu_time_ns: int, wall_time_ns: int, memory_bytes: int, verdict: Verdict = Verdict.ACCEPTED
) -> CandidateResult:
    measured = replace(
        execution(0, verdict),
        cpu_time_ns=cpu_time_ns,
        wall_time_ns=wall_time_ns,
        peak_memory_bytes=memory_bytes,
    )
    return result("c", measured)


def test_the_price_is_that_of_cpu_memory_and_executions() -> None:
    cost = cost_of(used(500_000_000, 4_000_000_000, 1 << 29), PRICES)
    assert cost.memory_byte_ns == (1 << 29) * 4_000_000_000
    assert cost.money_usd == pytest.approx(2.0 * 0.5 + 3.0 * 2.0 + 5.0)


def test_a_duplicate_costs_nothing_and_says_what_it_saved() -> None:
    original = result("a", execution(0), execution(1))
    assert cost_of(replace(original, candidate_id="b", duplicate_of="a"), PRICES) == Cost(executions_saved=2)


@pytest.mark.parametrize("verdict", [Verdict.SKIPPED, Verdict.INFRASTRUCTURE_ERROR])
def test_what_was_not_run_to_its_end_is_not_charged(verdict: Verdict) -> None:
    assert cost_of(used(7, 7, 7, verdict), PRICES) == Cost()


def test_no_code_costs_nothing() -> None:
    assert cost_of(without_code("c", [True] * 3), PRICES) == Cost()


amounts = st.integers(0, 10**12)


@given(st.lists(st.tuples(amounts, amounts, st.integers(0, 1 << 34)), max_size=8))
def test_the_bill_of_a_batch_is_the_sum_of_its_candidates(usages: list[tuple[int, int, int]]) -> None:
    bill = total(cost_of(used(*usage), PRICES) for usage in usages)
    assert bill.cpu_time_ns == sum(cpu for cpu, _, _ in usages)
    assert bill.memory_byte_ns == sum(wall * memory for _, wall, memory in usages)
    assert bill.executions == len(usages)
    at_once = PRICES.money_usd(bill.cpu_time_ns, bill.memory_byte_ns, bill.executions)
    assert bill.money_usd == pytest.approx(at_once, rel=1e-12)


costs = st.builds(Cost, amounts, amounts, amounts, amounts, amounts, amounts, st.floats(0, 1e9))


@given(costs, costs, costs)
def test_costs_add_in_any_grouping(a: Cost, b: Cost, c: Cost) -> None:
    left, right = total((total((a, b)), c)), total((a, total((b, c))))
    assert replace(left, money_usd=0) == replace(right, money_usd=0) == replace(total((a, b, c)), money_usd=0)
    assert left.money_usd == pytest.approx(right.money_usd, rel=1e-12)
    assert total((a,)) == a
    assert total(()) == Cost()


@pytest.mark.parametrize("price", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("field", ["usd_per_vcpu_second", "usd_per_gib_second", "usd_per_execution"])
def test_a_price_is_a_finite_number_of_at_least_zero(field: str, price: float) -> None:
    with pytest.raises(ValueError, match=field):
        PriceTable(**{field: price})


def test_a_table_of_zeros_is_free() -> None:
    assert cost_of(used(10**12, 10**12, 1 << 40), FREE).money_usd == 0
