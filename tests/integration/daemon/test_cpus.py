"""A sandbox keeps to one core, and no program that is right fails for it."""

from __future__ import annotations

import os

import pytest

from tests.support.backends import BACKENDS, serving, why_not
from verifierd_client import Candidate, Limits, Problem, StdioTest, Verifier

CPUS = "import os\nprint(len(os.sched_getaffinity(0)))"
CPUS_OF_CPP = """
#include <iostream>
#include <thread>
int main() { std::cout << std::thread::hardware_concurrency(); }
"""


@pytest.mark.parametrize(("pins", "cpus"), [("true", 1), ("false", len(os.sched_getaffinity(0)))])
def test_a_sandbox_keeps_to_a_core_and_programs_that_may_spin_have_them_all(pins: str, cpus: int) -> None:
    (backend,) = [each for each in BACKENDS if each.name == "bubblewrap"]
    if reason := why_not(backend):
        pytest.skip(reason)
    with (
        serving(backend, 2, VERIFIERD_SANDBOX__PIN_CPUS=pins) as service,
        Verifier(service.address) as verifier,
    ):
        assert _passes(verifier, Candidate(CPUS), cpus)
        if not any(each.name == "cpp17" and each.available for each in verifier.capabilities().languages):
            pytest.skip("no C++ compiler is here")
        assert _passes(verifier, Candidate(CPUS_OF_CPP, "cpp17"), len(os.sched_getaffinity(0)))


def _passes(verifier: Verifier, candidate: Candidate, cpus: int) -> bool:
    limits = Limits(cpu_time_s=3, memory_bytes=256 << 20)
    (result,) = verifier.verify(Problem("cpus", [StdioTest("", str(cpus))], limits), [candidate]).results
    return result.passed
