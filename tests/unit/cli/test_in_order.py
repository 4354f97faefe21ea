"""Results are shown in the order of their candidates, and no later than those before them allow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import verifierd_client as client
from verifierd.cli.in_order import InOrder


def result(candidate_id: str) -> client.CandidateResult:
    usage = client.Usage(cpu_time_s=0.0, wall_time_s=0.0, peak_memory_bytes=0)
    return client.CandidateResult(candidate_id, client.Verdict.ACCEPTED, "", "", (), 1, 1, usage)


@given(landing=st.permutations(range(6)), landed=st.integers(0, 6))
def test_what_is_shown_is_always_the_longest_beginning_that_has_landed(
    landing: list[int], landed: int
) -> None:
    shown: list[str] = []
    results = InOrder(map(str, range(6)), lambda each: shown.append(each.candidate_id))
    for number in landing[:landed]:
        results.take(result(str(number)))
    there = set(landing[:landed])
    beginning = next((n for n in range(6) if n not in there), 6)
    assert shown == [str(n) for n in range(beginning)]
    results.release()
    assert shown == [str(n) for n in sorted(there)]
