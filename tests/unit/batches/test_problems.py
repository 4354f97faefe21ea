from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandboxes.model import File, Program
from tests.unit.batches.scene import problem
from tests.unit.execution.fakes import LIMITS
from verifierd import model
from verifierd.batches.problems import ProblemStore, problem_digest
from verifierd.errors import QuotaExceeded, UnknownProblem
from verifierd.model import (
    AnswerTest,
    AssertsTest,
    CallTest,
    CheckerSpec,
    Digest,
    ExpectedFile,
    FilesTest,
    InteractiveTest,
    Problem,
    StdioTest,
    TestBody,
)

REPOSITORY = Path(__file__).resolve().parents[3]


def one(body: TestBody, **facts: Any) -> Problem:
    return replace(Problem("p", (model.TestCase("t", body),), LIMITS), **facts)


def test_a_problem_comes_back_by_its_digest() -> None:
    store = ProblemStore(max_bytes=1 << 20)
    digest = store.put(problem())
    assert store.put(problem()) == digest
    assert store.get(digest) == problem()


def test_an_unknown_digest_is_refused_by_its_hash() -> None:
    with pytest.raises(UnknownProblem, match="abc"):
        ProblemStore(1).get(Digest("abc", 1))


def test_beyond_the_bound_the_longest_unused_goes_first() -> None:
    size = problem_digest(problem(2)).size_bytes
    store = ProblemStore(max_bytes=2 * size + size // 2)
    first, second = store.put(problem(2)), store.put(replace(problem(2), id="q"))
    store.get(first)
    third = store.put(replace(problem(2), id="r"))
    assert store.get(first) == problem(2)
    assert store.get(third).id == "r"
    with pytest.raises(UnknownProblem):
        store.get(second)


def test_the_message_that_a_problem_came_as_is_kept_with_it_and_within_the_bound() -> None:
    size = problem_digest(problem(2)).size_bytes
    store = ProblemStore(max_bytes=3 * size)
    first = store.put(problem(2), b"m" * size)
    assert (store.message(first), store.get(first)) == (b"m" * size, problem(2))
    second = store.put(replace(problem(2), id="q"), b"n" * size)
    assert store.message(second) == b"n" * size
    with pytest.raises(UnknownProblem):
        store.message(first)


def test_a_problem_larger_than_the_store_stays_until_the_next_one_comes() -> None:
    store = ProblemStore(max_bytes=1)
    digest = store.put(problem())
    assert store.get(digest) == problem()
    store.put(problem(3))
    with pytest.raises(UnknownProblem):
        store.get(digest)


CALL = CallTest("f", (1,), {"k": 2}, [3])
STDIO = StdioTest(b"a", b"b")
TALK = InteractiveTest(Program("python", "x"))
CHECKED = CheckerSpec("program", {}, Program("python", "x"))
FILES = FilesTest((File("a", b"bc"),), b"d", (ExpectedFile("e", b"f"),), b"g")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (one(StdioTest(b"ab", b"c")), one(StdioTest(b"a", b"bc"))),
        (one(StdioTest(b"", b"")), one(AssertsTest(""))),
        (one(STDIO), one(replace(STDIO, arguments=("x",)))),
        (one(replace(STDIO, input_file="x")), one(replace(STDIO, output_file="x"))),
        (one(FILES), one(replace(FILES, files=(File("a", b"b"),), stdin=b"cd"))),
        (one(FILES), one(replace(FILES, files=(File("ab", b"c"),)))),
        (one(FILES), one(replace(FILES, files=(File("a", b"bc", is_executable=True),)))),
        (one(FILES), one(replace(FILES, expected=(ExpectedFile("e", None),)))),
        (
            one(replace(FILES, expected=(ExpectedFile("e", b""),))),
            one(replace(FILES, expected=(ExpectedFile("e", None),))),
        ),
        (one(replace(FILES, expected_stdout=b"")), one(replace(FILES, expected_stdout=None))),
        (one(CALL), one(replace(CALL, args=(True,)))),
        (one(CALL), one(replace(CALL, expected=(3,)))),
        (one(CALL), one(replace(CALL, kwargs={"l": 2}))),
        (one(CALL), one(CALL, id="q")),
        (one(CALL), one(CALL, checker=CheckerSpec("float"))),
        (one(CALL), one(CALL, limits=replace(LIMITS, cpu_time_ns=1))),
        (one(replace(CALL, args=({"a": 1, "b": 2},))), one(replace(CALL, args=({"b": 2, "a": 1},)))),
        (one(TALK), one(replace(TALK, interactor=Program("cpp17", "x")))),
        (one(replace(TALK, input=b"a")), one(replace(TALK, answer=b"a"))),
        (one(replace(CALL, class_name="A")), one(CALL)),
        (one(AnswerTest("1")), one(AnswerTest("2"))),
        (one(AssertsTest("f()")), one(AssertsTest("f()", ("sum",)))),
        (one(STDIO, checker=CHECKED), one(STDIO, checker=replace(CHECKED, program=Program("python", "y")))),
    ],
    ids=range(23),
)
def test_whatever_a_program_or_its_judge_can_see_changes_the_digest(left: Problem, right: Problem) -> None:
    assert problem_digest(left) != problem_digest(right)


SETS = """
from tests.unit.batches.test_problems import one
from verifierd.batches.problems import problem_digest
from verifierd.model import CallTest
print(problem_digest(one(CallTest("f", ({"a", "b", "c", "d", ("e",)},), {}, frozenset("xyz")))).hash)
"""


def test_the_digest_is_the_same_in_every_process() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", SETS],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(REPOSITORY)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(hashes) == 1


def test_a_tenant_has_nothing_of_another_s_problems_whatever_digest_it_knows() -> None:
    store = ProblemStore(max_bytes=1 << 20)
    digest = store.put(problem(), b"message", "b")
    assert store.get(digest, "b") == problem()
    for tenant in ("", "a"):
        with pytest.raises(UnknownProblem):
            store.get(digest, tenant)
        with pytest.raises(UnknownProblem):
            store.message(digest, tenant)
    assert store.put(problem(), tenant="a") == digest
    assert store.message(digest, "a") == b""
    assert store.message(digest, "b") == b"message"


def named(name: str) -> Problem:
    return replace(problem(), id=name)


def test_who_has_most_makes_room_for_others() -> None:
    size = problem_digest(named("0")).size_bytes
    store = ProblemStore(max_bytes=3 * size)
    kept = store.put(named("0"), tenant="b")
    mine = [store.put(named(str(number)), tenant="a") for number in range(1, 9)]
    assert store.get(kept, "b").id == "0"
    assert [each for each in mine if _is_kept(store, each, "a")] == mine[-2:]


def test_beyond_its_quota_a_tenant_s_own_longest_unused_problem_goes() -> None:
    size = problem_digest(named("0")).size_bytes
    store = ProblemStore(1 << 20, lambda tenant: 2 * size if tenant == "a" else 0)
    mine = [store.put(named(str(number)), tenant="a") for number in range(3)]
    assert [_is_kept(store, each, "a") for each in mine] == [False, True, True]
    with pytest.raises(QuotaExceeded, match="stored_problem_bytes"):
        store.put(named("9"), bytes(2 * size), "a")


def _is_kept(store: ProblemStore, digest: Digest, tenant: str) -> bool:
    try:
        store.get(digest, tenant)
    except UnknownProblem:
        return False
    return True
