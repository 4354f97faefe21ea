"""The bill: what each candidate's verification took; a batch's is the sum over its candidates."""

from __future__ import annotations

import math
from collections.abc import Iterable

from verifierd.economics.prices import PriceTable
from verifierd.model import CandidateResult, Cost, Verdict

# Nothing of the candidate's was run to its end for these, so nothing is charged.
_NOT_EXECUTED = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


def cost_of(result: CandidateResult, prices: PriceTable) -> Cost:
    """Return what verifying one candidate took.

    A duplicate costs nothing: the executions in its result are another candidate's, and are counted as
    saved. Sandboxes lost and runs repeated for reasons of ours are not charged; each execution counts
    once, as it was judged.
    """
    executed = [each for each in result.executions if each.verdict not in _NOT_EXECUTED]
    if result.duplicate_of:
        return Cost(executions_saved=len(executed))
    cpu_time_ns = sum(each.cpu_time_ns for each in executed)
    memory_byte_ns = sum(each.peak_memory_bytes * each.wall_time_ns for each in executed)
    return Cost(
        cpu_time_ns=cpu_time_ns,
        wall_time_ns=sum(each.wall_time_ns for each in executed),
        memory_byte_ns=memory_byte_ns,
        executions=len(executed),
        money_usd=prices.money_usd(cpu_time_ns, memory_byte_ns, len(executed)),
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of costs. Times and counts add exactly, money as floating point does."""
    parts = tuple(costs)
    return Cost(
        cpu_time_ns=sum(each.cpu_time_ns for each in parts),
        wall_time_ns=sum(each.wall_time_ns for each in parts),
        memory_byte_ns=sum(each.memory_byte_ns for each in parts),
        executions=sum(each.executions for each in parts),
        executions_saved=sum(each.executions_saved for each in parts),
        cache_hits=sum(each.cache_hits for each in parts),
        money_usd=math.fsum(each.money_usd for each in parts),
    )
