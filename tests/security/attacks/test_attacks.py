"""Every attack gets the verdict that it must, and leaves the host and the next candidate as they were."""

from __future__ import annotations

import time

import pytest

from tests.security.attacks.attack import Attack, find_attacks
from tests.security.attacks.conftest import SANDBOXES, Row, Target, next_candidates
from tests.security.attacks.host import differences, look_at_rest
from verifierd_client import (
    CandidateResult,
    Checker,
    ExecutionResult,
    Options,
    Problem,
    StdioTest,
    Verdict,
    Verifier,
)

CONTAINED = b"contained\n"
CALL_S, REPLACED_WITHIN_S = 90.0, 30.0
REPEATS, SPARE_S = 3, 25.0  # a run near its limit is run once more, with more time
EXACTLY = Checker("exact")
UNTIL_FAILED = Options(stop_at_first_failure=True)


@pytest.mark.parametrize("attack", find_attacks(), ids=str)
def test_an_attack_is_contained(
    attack: Attack, target: Target, verifier: Verifier, request: pytest.FixtureRequest
) -> None:
    backend = target.service.backend.name
    if backend in attack.defects:
        request.applymarker(pytest.mark.xfail(strict=True, reason=attack.defects[backend]))
    (language,) = (each for each in verifier.capabilities().languages if each.name == attack.language)
    if not language.available:
        pytest.skip(f"{language.name} is not here: {language.remedy}")
    expected = attack.expected_by(backend)
    row = Row(attack.group, attack.name, backend, sorted(verdict.value for verdict in expected))
    target.rows.append(row)
    before = look_at_rest(target.service, target.canaries.daemon_folder)
    warned_before = len(target.warnings())

    started_s = time.monotonic()
    batch = verifier.verify(_problem(attack, target), attack.programs(), UNTIL_FAILED, timeout_s=CALL_S)
    took_s = time.monotonic() - started_s
    first_runs = [result.executions[0] for result in batch.results]
    row.got = [run.verdict.value for run in first_runs]
    changed = differences(before, target.service, target.canaries.daemon_folder)
    touched = target.canaries.touched()
    warned = target.warnings()[warned_before:]
    row.host_ok = not changed and not touched
    row.sandboxes_lost = sum("sandbox_replaced" in line for line in warned)

    assert not touched, "canaries of the host"
    assert not changed, f"the host is not as before; the daemon said {warned}"
    told = [place for run in _runs(batch.results) for place in _secrets_told(run, target)]
    assert not told, "secrets that a program told"
    read = {content for run in _runs(batch.results) for content in _files_read(run).values()}
    assert read <= {CONTAINED, b""}, "files that are none of the program's"
    assert {run.verdict for run in first_runs} <= expected, list(map(_evidence, first_runs))
    assert not [run for run in _runs(batch.results) if run.verdict is Verdict.INFRASTRUCTURE_ERROR]
    firm = set(Verdict) if len(expected) == 1 else {Verdict.ACCEPTED}
    for result in batch.results:
        # The same program once more, in what is left; one that races with itself may end otherwise.
        if result.executions[0].verdict is Verdict.ACCEPTED and result.executions[1].verdict in firm:
            assert _answer(attack, result.executions[1]) == CONTAINED, _evidence(result.executions[1])
    assert took_s < _bound_s(attack, batch.results)
    _assert_that_the_next_candidates_find_nothing(target, verifier)


def _problem(attack: Attack, target: Target) -> Problem:
    """The second test is there for its answer: a secret, which no program can say if none can learn it."""
    stdin = attack.stdin.replace("{port}", str(target.canaries.port))
    answers = (CONTAINED, target.canaries.secrets["answer"])
    tests = [StdioTest(stdin, answer, output_file=attack.leaves) for answer in answers]
    return Problem(str(attack), tests, attack.limits, EXACTLY)


def _runs(results: tuple[CandidateResult, ...]) -> list[ExecutionResult]:
    return [run for result in results for run in result.executions]


def _files_read(run: ExecutionResult) -> dict[str, bytes]:
    told = run.actual[0] if run.actual else None
    return (
        {path: content for path, content in told.items() if isinstance(content, bytes)}
        if isinstance(told, dict)
        else {}
    )


def _answer(attack: Attack, run: ExecutionResult) -> bytes | None:
    return _files_read(run).get(attack.leaves) if attack.leaves else run.stdout.content


def _secrets_told(run: ExecutionResult, target: Target) -> list[str]:
    # In any other detail the expected output may stand: the worker's words, told to the client alone.
    compiler_said = run.detail.encode() if run.verdict is Verdict.COMPILE_ERROR else b""
    said = b"".join([run.stdout.content, run.stderr.content, compiler_said, *_files_read(run).values()])
    return target.canaries.told_in(said)


def _bound_s(attack: Attack, results: tuple[CandidateResult, ...]) -> float:
    """How long it may take if nothing hangs: its wall limit, unless the host kept its CPUs from it."""
    cpu_s = attack.limits.cpu_time_s or 3.0
    wall_s = attack.limits.wall_time_s or 3 * cpu_s + 2.0
    return REPEATS * wall_s * len(results) + SPARE_S


def _evidence(run: ExecutionResult) -> str:
    said, complained = run.stdout.text[-800:], run.stderr.text[-800:]
    return f"{run.verdict.value} ({run.detail}), killed by {run.killed_by.value}, {said!r}, {complained!r}"


def _assert_that_the_next_candidates_find_nothing(target: Target, verifier: Verifier) -> None:
    """Look in every sandbox: one that is being replaced comes a little later."""
    problem = Problem("next", [StdioTest("", target.untouched_world)], checker=EXACTLY)
    deadline_s = time.monotonic() + REPLACED_WITHIN_S
    while True:
        batch = verifier.verify(problem, next_candidates(SANDBOXES), timeout_s=CALL_S)
        runs = _runs(batch.results)
        assert [run.verdict for run in runs] == [Verdict.ACCEPTED] * SANDBOXES, [
            line for run in runs for line in _new_lines(run, target)
        ]
        if len({run.sandbox_id for run in runs}) == SANDBOXES:
            assert sorted(run.stderr.content for run in runs) == target.cpus
            return
        assert time.monotonic() < deadline_s, "a sandbox was not replaced"
        time.sleep(0.1)


def _new_lines(run: ExecutionResult, target: Target) -> list[str]:
    untouched = target.untouched_world.decode().splitlines()
    return [_evidence(run), *(line for line in run.stdout.text.splitlines() if line not in untouched)]
