"""Only what two runs agreed on is used again, and only what load has no say in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.inside.values import Opaque
from sandboxes.model import AtPath, Ending, Left, Outcome, Raised, Usage
from tests.unit.execution.fakes import FINISHED, LIMITS, printed, took
from verifierd.execution.result_cache import ENTRY_BYTES, LARGEST_SHARE, ResultCache
from verifierd.judging.answers import Answer, Executed, ExecutionFailed

MIB = 1 << 20
P, R = b"program", b"run"


def executed(outcome: Outcome, attempts: int = 1, sandbox_id: str = "s") -> Executed:
    return Executed(outcome, sandbox_id, "bubblewrap", "", attempts)


def cache_that_saw(*answers: Answer | Outcome, program: bytes = P, run: bytes = R) -> ResultCache:
    cache = ResultCache(MIB)
    for each in answers:
        cache.saw(program, run, executed(each) if isinstance(each, Outcome) else each, LIMITS)
    return cache


def test_an_outcome_is_used_once_two_runs_agree_on_it() -> None:
    assert cache_that_saw(printed(b"1")).known(P, R) is None
    slower = replace(printed(b"1"), usage=Usage(20, 30, 40), started_at_ns=7, ended_at_ns=9)
    known = cache_that_saw(printed(b"1"), slower).known(P, R)
    assert known is not None
    assert known.is_known
    assert known.outcome == replace(printed(b"1"), started_at_ns=0, ended_at_ns=0)


def test_it_is_that_program_s_and_that_run_s_alone() -> None:
    cache = cache_that_saw(FINISHED, FINISHED)
    assert cache.known(P, b"other") is None
    assert cache.known(b"other", R) is None


@pytest.mark.parametrize("values", [(1, True), (1, 1.0), ([1], (1,)), ("1", b"1")])
def test_values_agree_by_type_and_content(values: tuple[object, object]) -> None:
    one, other = (replace(FINISHED, value=(value,)) for value in values)
    assert cache_that_saw(one, one).known(P, R) is not None
    assert cache_that_saw(one, other, one).known(P, R) is None


def test_where_there_are_several_sandboxes_two_of_them_have_to_agree() -> None:
    cache = ResultCache(MIB, sandboxes=2)
    for sandbox_id, known in (("s1", False), ("s1", False), ("s2", True), ("s1", True)):
        cache.saw(P, R, executed(FINISHED, sandbox_id=sandbox_id), LIMITS)
        assert (cache.known(P, R) is not None) == known


def test_what_a_value_or_a_message_takes_is_counted() -> None:
    wide, sets = "\U0001f600" * 500, [{number} for number in range(20)]
    for outcome in (replace(FINISHED, raised=Raised("E", wide)), replace(FINISHED, value=(sets,))):
        assert cache_that_saw(outcome).used_bytes > ENTRY_BYTES + 2000


@pytest.mark.parametrize(
    "other",
    [
        printed(b"2"),
        replace(printed(b"1"), stderr=b"warning", stderr_total_bytes=7),
        replace(printed(b"1"), exit_code=1, ending=Ending.RAISED),
        replace(printed(b"1"), value=(1,)),
        replace(printed(b"1"), behaviour="ab"),
        replace(printed(b"1"), raised=Raised("ValueError", "no")),
        replace(printed(b"1"), left=(Left(AtPath.FILE, b"1"),)),
    ],
)
def test_of_a_program_whose_runs_differ_nothing_is_used_any_more(other: Outcome) -> None:
    cache = cache_that_saw(printed(b"1"), printed(b"1"))
    cache.saw(P, b"another run", executed(printed(b"1")), LIMITS)
    cache.saw(P, b"another run", executed(other), LIMITS)
    assert cache.known(P, R) is None
    assert cache.used_bytes == 0
    for _ in range(3):
        cache.saw(P, R, executed(printed(b"1")), LIMITS)
    assert cache.known(P, R) is None


@pytest.mark.parametrize(
    "answer",
    [
        executed(took(1.01, 1.1)),
        executed(took(0.1, 4.1)),
        executed(took(0.1, 0.1, peak_memory_bytes=LIMITS.memory_bytes * 4 // 5)),
        *(executed(took(0.1, 0.1, ending)) for ending in Ending if ending.value.endswith("_limit")),
        executed(replace(FINISHED, ending=Ending.COMPILE_FAILED, raised=Raised("TimeoutError", "slow"))),
        executed(replace(FINISHED, ending=Ending.COMPILE_FAILED)),
        executed(replace(FINISHED, interactor=FINISHED)),
        executed(replace(FINISHED, value=(Opaque("A"),))),
        executed(FINISHED, attempts=2),
        ExecutionFailed(0, "a sandbox broke", 1),
    ],
)
def test_what_load_may_have_a_say_in_is_not_kept(answer: Answer) -> None:
    cache = cache_that_saw(answer, answer)
    assert cache.known(P, R) is None
    assert cache.used_bytes == 0
    doubted = cache_that_saw(FINISHED, FINISHED, answer)
    assert doubted.known(P, R) is None


def test_a_refused_program_is_refused_again() -> None:
    refused = replace(FINISHED, ending=Ending.COMPILE_FAILED, raised=Raised("CompileError", "line 1"))
    known = cache_that_saw(refused, refused).known(P, R)
    assert known is not None
    assert known.outcome.raised == Raised("CompileError", "line 1")


def test_one_outcome_takes_no_more_than_its_share() -> None:
    large = printed(b"x" * (MIB // LARGEST_SHARE))
    assert cache_that_saw(large, large).known(P, R) is None


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12_000)), max_size=200))
def test_it_keeps_within_its_bound_and_knows_what_came_last(seen: list[tuple[int, int]]) -> None:
    cache = ResultCache(MIB)
    for number, size in seen:
        program, answer = b"%d %d" % (number, size), executed(printed(b"x" * size))
        cache.saw(program, R, answer, LIMITS)
        cache.saw(program, R, answer, LIMITS)
        assert cache.known(program, R) is not None
        assert cache.used_bytes <= MIB
    assert cache.used_bytes >= min(len(set(seen)), 1) * ENTRY_BYTES


def test_of_a_program_that_alone_is_larger_the_latest_runs_are_known() -> None:
    cache = ResultCache(MIB)
    runs = [b"%d" % number for number in range(2 * LARGEST_SHARE)]
    for run in runs:
        for _ in range(2):
            cache.saw(P, run, executed(printed(b"x" * (MIB // LARGEST_SHARE // 2))), LIMITS)
    assert cache.known(P, runs[0]) is None
    assert cache.known(P, runs[-1]) is not None
    assert cache.used_bytes <= MIB
