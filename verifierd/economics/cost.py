"""The bill: what each candidate's verification took; a batch's is the sum over its candidates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from sandboxes.model import Usage
from verifierd.economics.prices import PriceTable
from verifierd.model import CandidateResult, Cost, ExecutionResult, GenerationCost, ProbeResult, Verdict

# Nothing of the candidate's was run to its end for these, so nothing is charged.
_NOT_EXECUTED = frozenset({Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR})


def cost_of(result: CandidateResult, prices: PriceTable) -> Cost:
    """Return what verifying one candidate took.

    What is known from an earlier equal run costs nothing but the program that judges it, if one does. A
    duplicate costs nothing: the executions in its result are another candidate's, and are counted as
    saved. Compiling is charged as it was done, once for a program; a checker that is a program, and an
    interactor, as the candidate is. Sandboxes lost and runs repeated for reasons of ours are not charged;
    each execution counts once, as it was judged.
    """
    executed: list[ExecutionResult | ProbeResult] = [
        *(each for each in result.executions if each.verdict not in _NOT_EXECUTED),
        *(each for each in (*result.probes, *result.repeats) if each.was_run),
    ]
    if result.duplicate_of:
        return Cost(executions_saved=len(executed))
    made = [each for each in executed if not each.from_cache]
    own = Cost(
        cpu_time_ns=sum(each.cpu_time_ns for each in made),
        wall_time_ns=sum(each.wall_time_ns for each in made),
        memory_byte_ns=sum(each.peak_memory_bytes * each.wall_time_ns for each in made),
        executions=len(made),
        cache_hits=len(executed) - len(made),
    )
    compiling = (_used(each.compilation.usage) for each in executed if each.compilation is not None)
    judging = (each.judging_cost for each in result.executions if each.judging_cost is not None)
    whole = total((own, *compiling, *judging))
    money_usd = prices.money_usd(whole.cpu_time_ns, whole.memory_byte_ns, whole.executions)
    return replace(whole, money_usd=money_usd)


def generation_usd(generation: GenerationCost | None, prices: PriceTable) -> float:
    """Return what drawing a candidate cost; nothing where nothing is known of it."""
    if generation is None:
        return 0.0
    if generation.usd is not None:
        return generation.usd
    return prices.tokens_usd(generation.prompt_tokens, generation.completion_tokens)


def _used(usage: Usage) -> Cost:
    return Cost(
        cpu_time_ns=usage.cpu_time_ns,
        wall_time_ns=usage.wall_time_ns,
        memory_byte_ns=usage.peak_memory_bytes * usage.wall_time_ns,
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
        generation_usd=math.fsum(each.generation_usd for each in parts),
    )
