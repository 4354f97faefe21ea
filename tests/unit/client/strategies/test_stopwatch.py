"""Each moment counts once, for the first of the phases that are going on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifierd_client.strategies._stopwatch import Phase, Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_decoding_counts_before_verifying_and_verifying_before_waiting() -> None:
    clock = Clock()
    stopwatch = Stopwatch(clock)
    clock.now_s += 1
    with stopwatch.during(Phase.DECODING):
        clock.now_s += 2
        stopwatch.begin(Phase.VERIFYING)
        clock.now_s += 4
    clock.now_s += 8
    stopwatch.end(Phase.VERIFYING)
    clock.now_s += 16
    spent_s = [stopwatch.spent_s(phase) for phase in Phase]
    assert spent_s == [6, 8, 17]


def test_a_phase_goes_on_until_the_last_that_began_it_ends_it() -> None:
    clock = Clock()
    stopwatch = Stopwatch(clock)
    stopwatch.begin(Phase.DECODING)
    stopwatch.begin(Phase.DECODING)
    stopwatch.end(Phase.DECODING)
    clock.now_s += 1
    assert stopwatch.spent_s(Phase.DECODING) == 1


@given(st.lists(st.tuples(st.sampled_from([Phase.DECODING, Phase.VERIFYING]), st.integers(0, 9))))
def test_the_phases_add_up_to_the_time_that_has_passed(spans: list[tuple[Phase, int]]) -> None:
    clock = Clock()
    stopwatch = Stopwatch(clock)
    for phase, seconds in spans:
        with stopwatch.during(phase):
            clock.now_s += seconds
        clock.now_s += 1
    assert sum(stopwatch.spent_s(phase) for phase in Phase) == stopwatch.elapsed_s() == clock.now_s - 100
