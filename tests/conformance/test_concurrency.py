"""Programs that run at the same time, of one batch or of many, are judged as if each were alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import median

import pytest

from tests.conformance.accuracy import accuracy_of
from tests.conformance.cases import MIB, ROOMY, SMALL, run
from tests.support.backends import Service
from verifierd_client import Candidate, Problem, StdioTest, Verdict, Verifier

NOISE = {
    "computing": "while True: pass",
    "forking": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "eating memory": "kept = []\nwhile True: kept.append(bytearray(1 << 20))",
    "flooding": "import os\nwhile True: os.write(1, b'x' * 4096)",
    "filling disks": """
n = 0
while True:
    n += 1
    try: open(f"/tmp/{n % 50}", "wb").write(b"x" * 100_000)
    except OSError: pass
""",
    "starting threads": """
import threading
while True:
    try: threading.Thread(target=threading.Event().wait, daemon=True).start()
    except RuntimeError: pass
""",
}


def test_two_programs_run_at_the_same_time_in_two_sandboxes(verifier: Verifier) -> None:
    sources = [f"import time\ntime.sleep(0.5) # {n}" for n in range(2)]
    result = verifier.verify(Problem("pair", [StdioTest("", "")], SMALL), sources)
    first, second = (each.executions[0] for each in result.results)
    assert first.sandbox_id != second.sandbox_id
    assert first.started_at and second.started_at and first.ended_at and second.ended_at
    assert max(first.started_at, second.started_at) < min(first.ended_at, second.ended_at)


def test_limits_are_each_programs_own(verifier: Verifier) -> None:
    source = """
import os, time
kept = b"x" * (40 << 20)
open("/tmp/file", "wb").write(b"x" * (6 << 20))
files = [open("/dev/null") for _ in range(50)]
for _ in range(12):
    if os.fork() == 0: time.sleep(60)
time.sleep(0.4)
print("done")
"""
    sources = [f"{source}# {n}" for n in range(4)]
    result = verifier.verify(Problem("half", [StdioTest("", "done\n")], SMALL), sources)
    assert [each.verdict for each in result.results] == [Verdict.ACCEPTED] * 4, result.results


@pytest.mark.parametrize("name", NOISE)
def test_a_noisy_neighbour_changes_neither_verdicts_nor_meters(
    verifier: Verifier, service: Service, name: str
) -> None:
    bound = accuracy_of(service)
    quiet = """
import time
kept = bytearray(int(input()) << 20)
for at in range(0, len(kept), 4096): kept[at] = 1
while time.process_time() < 0.25: pass
print(time.process_time())
"""
    nothing = run(verifier, quiet, "0")[0].usage.peak_memory_bytes
    noise = [Candidate(f"{NOISE[name]}\n# {n}", id=str(n)) for n in range(2)]
    problem = Problem("noise", [StdioTest("", "")], replace(SMALL, memory_bytes=128 * MIB))
    with ThreadPoolExecutor(1) as neighbour:
        noisy = neighbour.submit(verifier.verify, problem, noise)
        executions = run(verifier, quiet, "20", times=3)
        counts = noisy.result().counts
    assert counts[Verdict.ACCEPTED] == counts[Verdict.INFRASTRUCTURE_ERROR] == 0
    assert [execution.exit_code for execution in executions] == [0] * 3
    offs = [execution.usage.cpu_time_s - float(execution.stdout.text) for execution in executions]
    assert bound.cpu_is_near(0.25 + median(offs), 0.25), offs
    for execution in executions:
        assert bound.memory_is_near(execution.usage.peak_memory_bytes - nothing, 20 * MIB)


def test_many_batches_of_many_clients_get_each_their_own_results(service: Service) -> None:
    def ask(client: int) -> None:
        with Verifier(service.address, timeout_s=60.0) as verifier:
            for batch in range(3):
                answer = f"{client}-{batch}"
                problem = Problem(answer, [StdioTest(answer, answer), StdioTest("", "0")], ROOMY)
                right = Candidate("import sys\nprint(sys.stdin.read() or 0)", id="right")
                wrong = Candidate(f"print('{answer}!')", id="wrong")
                broken = Candidate(f"raise ValueError('{answer}')", id="broken")
                result = verifier.verify(problem, [wrong, right, broken])
                assert [each.candidate_id for each in result.results] == ["wrong", "right", "broken"]
                assert result["right"].passed
                assert [each.stdout.text for each in result["wrong"].executions] == [f"{answer}!\n"] * 2
                assert result["broken"].detail.endswith(f"ValueError: {answer}")

    with ThreadPoolExecutor(8) as clients:
        for done in [clients.submit(ask, client) for client in range(8)]:
            done.result()


def test_a_small_batch_is_not_held_up_by_a_large_one(verifier: Verifier) -> None:
    problem = Problem("row", [StdioTest("", "done\n")], ROOMY)
    many = [f"import time\ntime.sleep(0.1)\nprint('done') # {n}" for n in range(60)]
    with ThreadPoolExecutor(1) as other:
        large = other.submit(verifier.verify, problem, many)
        small = verifier.verify(problem, ["print('done')"])
        assert small.results[0].passed
        assert not large.done()
        assert large.result().counts[Verdict.ACCEPTED] == len(many)


def test_equal_programs_run_once_and_share_the_result(verifier: Verifier) -> None:
    right, wrong = "print('done')", "print('nothing')"
    sources = {"a": right, "b": wrong, "c": right, "d": right + "\n", "e": wrong, "f": right}
    candidates = [Candidate(source, id=name) for name, source in sources.items()]
    result = verifier.verify(Problem("equal", [StdioTest("", "done\n")], SMALL), candidates)
    assert {each.candidate_id: each.duplicate_of for each in result.results} == {
        "a": "",
        "b": "",
        "c": "a",
        "d": "",
        "e": "b",
        "f": "a",
    }
    assert [each.passed for each in result.results] == [source != wrong for source in sources.values()]
    assert result.summary.cost.executions == 3
    assert result["c"].executions == result["a"].executions


def test_equal_programs_that_fail_at_a_limit_share_that_too(verifier: Verifier) -> None:
    sources = ["while True: pass"] * 5 + ["kept = b'x' * (1 << 30)"] * 5
    result = verifier.verify(Problem("equal", [StdioTest("", "")], SMALL), sources)
    assert [each.verdict for each in result.results] == [Verdict.TIME_LIMIT_EXCEEDED] * 5 + [
        Verdict.MEMORY_LIMIT_EXCEEDED
    ] * 5
    assert result.summary.cost.executions == 2


def test_equal_programs_of_different_batches_run_each(verifier: Verifier) -> None:
    source = "import time\nprint(time.time_ns())"
    problem = Problem("time", [StdioTest("", "")], SMALL)
    with ThreadPoolExecutor(4) as clients:
        calls = [clients.submit(verifier.verify, problem, [source]) for _ in range(4)]
        outputs = {call.result().results[0].executions[0].stdout.text for call in calls}
    assert len(outputs) == 4
