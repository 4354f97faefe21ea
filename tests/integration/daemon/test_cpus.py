"""A sandbox keeps to one core, and no program that is right fails for it."""

from __future__ import annotations

import os

import pytest

from tests.support.backends import BACKENDS, serving, why_not
from verifierd_client import Candidate, Limits, Problem, StdioTest, Verifier

CPUS = "import os\nprint(len(os.sched_getaffinity(0)))"
# Two threads that take turns, and wait for theirs by looking again and again.
TURNS = """
#include <atomic>
#include <iostream>
#include <thread>
std::atomic<int> turn{0};
void go(int me, int n) {
    for (int i = 0; i < n; i++) {
        while (turn.load() != me) {}
        turn.store(1 - me);
    }
}
int main() {
    std::thread one(go, 0, 3000), other(go, 1, 3000);
    one.join();
    other.join();
    std::cout << "done";
}
"""


@pytest.mark.parametrize(("pins", "cpus"), [("true", 1), ("false", len(os.sched_getaffinity(0)))])
def test_a_sandbox_keeps_to_a_core_and_threads_that_spin_have_them_all(pins: str, cpus: int) -> None:
    (backend,) = [each for each in BACKENDS if each.name == "bubblewrap"]
    if reason := why_not(backend):
        pytest.skip(reason)
    limits = Limits(cpu_time_s=3, memory_bytes=256 << 20)
    with (
        serving(backend, 2, VERIFIERD_SANDBOX__PIN_CPUS=pins) as service,
        Verifier(service.address) as verifier,
    ):
        (seen,) = verifier.verify(
            Problem("cpus", [StdioTest("", str(cpus))], limits), [Candidate(CPUS)]
        ).results
        assert seen.passed, seen
        if not any(each.name == "cpp17" and each.available for each in verifier.capabilities().languages):
            pytest.skip("no C++ compiler is here")
        turns = [Candidate(f"{TURNS}// {number}", "cpp17") for number in range(4)]
        results = verifier.verify(Problem("turns", [StdioTest("", "done")], limits), turns).results
        assert all(each.passed for each in results), results
