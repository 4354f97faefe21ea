"""Two candidates beside one another: their programs, and the tests that tell them apart."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from verifierd.audit.entries import CandidateJudged
from verifierd.model import ExecutionResult, ProbeResult

MAX_DIFFED_LINES = 5000


@dataclass(frozen=True, slots=True)
class Apart:
    """A test on which two candidates did not do the same; None for one that it was not run for."""

    test_id: str
    first: ExecutionResult | None
    second: ExecutionResult | None


def source_diff(first: str, second: str, first_name: str, second_name: str) -> list[str]:
    """Return the lines of a unified diff, none of them with a line end; none where the programs are equal.

    Of very long programs so many lines are compared as can be in time.
    """
    before, after = (text.splitlines()[:MAX_DIFFED_LINES] for text in (first, second))
    return list(difflib.unified_diff(before, after, first_name, second_name, lineterm=""))


def tests_apart(first: CandidateJudged, second: CandidateJudged) -> Iterator[Apart]:
    """Yield the tests with another verdict or another behaviour, in the order of the problem."""
    others = {each.test_id: each for each in second.result.executions}
    for each in first.result.executions:
        other = others.pop(each.test_id, None)
        if other is None or _did(each) != _did(other):
            yield Apart(each.test_id, each, other)
    for test_id, left in others.items():
        yield Apart(test_id, None, left)


def probes_apart(first: CandidateJudged, second: CandidateJudged) -> list[tuple[ProbeResult, ProbeResult]]:
    """Return what they did on the probe inputs on which they behaved differently, where both ran."""
    others = {each.probe_id: each for each in second.result.probes}
    return [
        (each, other)
        for each in first.result.probes
        if (other := others.get(each.probe_id)) is not None and _showed(each) != _showed(other)
    ]


def answer_to(probe: ProbeResult) -> str:
    """Return what a candidate answered to a probe input: its own text, or why there is none."""
    if probe.is_ours:
        return "not known: the service failed"
    if probe.failed or probe.behaviour is None:
        return "came to no answer"
    if not probe.answer:
        return f"a large answer, {probe.behaviour[:8]}" if probe.answer_is_cut else "an empty answer"
    return f"{probe.answer} ..." if probe.answer_is_cut else probe.answer


def _did(result: ExecutionResult) -> tuple[object, ...]:
    return result.verdict, result.behaviour


def _showed(result: ProbeResult) -> tuple[object, ...]:
    return result.behaviour, result.failed
