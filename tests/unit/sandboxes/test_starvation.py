"""Only time that the host kept from a run is called starvation."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sandboxes.inside.groups import ThreadTimes
from sandboxes.inside.starvation import Starvation

MS = 1_000_000
PROCESS_ONE = 1


class Group:
    """A run group whose meters stand where a test puts them."""

    resets_peak = True
    longest_look_ns = 1

    def __init__(self, cpu_ms: float, threads: dict[int, tuple[float, float]]) -> None:
        self.cpu_ms = cpu_ms
        self.times = threads

    def cpu_time_ns(self) -> int:
        return round(self.cpu_ms * MS)

    def threads(self) -> dict[int, ThreadTimes]:
        return {
            key: ThreadTimes(round(cpu * MS), round(waited * MS)) for key, (cpu, waited) in self.times.items()
        }

    def limit(self, memory_bytes: int, processes: int) -> None: ...

    def attach(self, pid: int) -> Sequence[int]:
        return ()

    def begin(self) -> None: ...
    def close(self) -> None: ...
    def peak_memory_bytes(self) -> int:
        return 0

    def out_of_memory(self) -> bool:
        return False


def starved_ms(cpu_ms: float, threads: dict[int, tuple[float, float]], passed_ms: int = 100) -> float:
    """What one look finds after so many milliseconds; each thread has computed and waited so long."""
    starvation = Starvation([Group(cpu_ms, threads)], lasting=frozenset({PROCESS_ONE}))
    starvation.look(passed_ms * MS)
    return starvation.total_ns / MS


TURNS = {thread: (1.0, 0.5 * thread) for thread in range(10, 70)}  # 60 threads, 1 ms each, on two CPUs


@pytest.mark.parametrize(
    ("cpu_ms", "threads", "starved"),
    [
        pytest.param(1, {2: (1, 0)}, 0, id="it sleeps"),
        pytest.param(60, TURNS, 0, id="its threads waited for each other"),
        pytest.param(100, {2: (50, 50), 3: (50, 50)}, 0, id="it kept a CPU busy"),
        pytest.param(10, {2: (10, 90)}, 90, id="it was ready all the time"),
        pytest.param(10, {2: (10, 30)}, 30, id="it was ready some of the time, and slept for the rest"),
        pytest.param(10, {2: (5, 45), 3: (5, 45)}, 80, id="two took turns, ready all the time but for 10 ms"),
        pytest.param(20, dict.fromkeys(range(2, 6), (5, 95)), 80, id="four were ready all the time"),
        pytest.param(0, {PROCESS_ONE: (5, 80_000)}, 0, id="what was there before the run had waited long"),
    ],
)
def test_a_wait_for_the_host_counts_and_no_other(
    cpu_ms: float, threads: dict[int, tuple[float, float]], starved: float
) -> None:
    assert starved_ms(cpu_ms, threads) == pytest.approx(starved, abs=1)


def test_what_was_earned_is_no_credit_for_sleeping_on() -> None:
    group = Group(10, {2: (10, 90)})
    starvation = Starvation([group], lasting=frozenset())
    for at_ms in (100, 200, 300):
        starvation.look(at_ms * MS)
    assert starvation.total_ns == 90 * MS


def test_a_wait_that_was_not_over_at_one_look_counts_at_the_next() -> None:
    group = Group(10, {2: (10, 40)})  # and 50 ms of a wait that still lasts
    starvation = Starvation([group], lasting=frozenset())
    starvation.look(100 * MS)
    group.cpu_ms, group.times = 20, {2: (20, 180)}
    starvation.look(200 * MS)
    assert starvation.total_ns == 180 * MS


def test_two_groups_of_one_run_are_metered_together() -> None:
    starvation = Starvation([Group(5, {2: (5, 45)}), Group(5, {3: (5, 45)})], lasting=frozenset())
    starvation.look(100 * MS)
    assert starvation.total_ns == 80 * MS
