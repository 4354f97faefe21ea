"""Two processes are as good as one: a test program finds of a candidate what plain Python finds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sandboxes.model import BrokenTestProgram, Ending

from .asserts_cases import FAIL, PASS
from .conftest import RENEWS_THE_TESTER, Perform, asserts, job

pytestmark = [pytest.mark.anyio, RENEWS_THE_TESTER]

REFUSED_OF_OBJECTS = {
    "a length": "assert len(P()) == 3",
    "a length that must fail": "try: len(P())\nexcept TypeError: pass\nassert f() == 1",
    "an item that must fail": "try: P()[0]\nexcept Exception: pass\nassert f() == 1",
    "arithmetic, whatever is excepted": "try: P() + 1\nexcept BaseException: pass\nassert f() == 1",
    "an order": "assert P() < 3",
    "iteration": "assert list(P()) == [1]",
    "a context": "with P(): pass",
    "a special method's name": "assert hasattr(P(), '__len__')",
    "an abstract class": "from collections.abc import Iterable\nassert isinstance(P(), Iterable)",
    "a dictionary of attributes": "assert not hasattr(P(), '__dict__')",
    "a derived class": "try:\n    class D(P): pass\nexcept Exception: pass\nassert f() == 1",
    "an instance": "try: isinstance(1, P)\nexcept TypeError: pass\nassert f() == 1",
}
BROKEN = {
    "functions that nobody calls": "def test_f():\n    assert f() == 1",
    "a check that nobody calls": "def check(candidate):\n    assert candidate() == 1\nx = f",
    "a module that is not there": "import no_such_module\nassert f() == 1",
    "a mistake before the first question": "raise KeyError('x')\nassert f() == 1",
    "an assertion of itself": "assert 1 == 2\nassert f() == 1",
}


def in_one_process(source: str, tests: str) -> bool:
    """Whether plain Python finds the candidate right."""
    program = f"{source}\n{tests}\n"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", PASS)
async def test_what_passes_in_one_process_passes_in_two(perform: Perform, name: str) -> None:
    source, tests = PASS[name]
    (outcome,) = await perform(job(source, asserts(tests)))
    assert outcome.ending is Ending.FINISHED, outcome.raised


@pytest.mark.parametrize("name", FAIL)
async def test_what_fails_in_one_process_fails_in_two(perform: Perform, name: str) -> None:
    source, tests = FAIL[name]
    (outcome,) = await perform(job(source, asserts(tests)))
    assert outcome.ending is Ending.ASSERTION_FAILED, outcome.raised


@pytest.mark.parametrize("name", [*PASS, *FAIL])
def test_the_cases_are_right_about_python(name: str) -> None:
    source, tests = (PASS | FAIL)[name]
    assert in_one_process(source, tests) is (name in PASS)


@pytest.mark.parametrize("name", REFUSED_OF_OBJECTS)
async def test_what_only_a_value_gives_is_never_had_of_an_object(perform: Perform, name: str) -> None:
    """The object claims all of it; no test passes by the claim, nor by its refusal."""
    source = (
        "class P:\n    __len__ = lambda s: 3\n    __getitem__ = lambda s, i: 1\n    __add__ = lambda s, o: 1\n"
        "    __lt__ = lambda s, o: True\n    __iter__ = lambda s: iter([1])\n"
        "    __enter__ = lambda s: s\n    __exit__ = lambda s, *a: None\ndef f(): return 1"
    )
    (outcome,) = await perform(job(source, asserts(REFUSED_OF_OBJECTS[name])))
    assert outcome.ending is Ending.RAISED
    assert outcome.raised is not None
    assert outcome.raised.class_name == "HandleError"
    assert "of the candidate's '" in outcome.raised.message


@pytest.mark.parametrize("name", BROKEN)
async def test_a_test_program_that_judges_nobody_is_broken(perform: Perform, name: str) -> None:
    with pytest.raises(BrokenTestProgram):
        await perform(job("def f(): return 1", asserts(BROKEN[name])))


async def test_a_program_without_what_an_idle_test_names_fails(perform: Perform) -> None:
    (outcome,) = await perform(job("x = 1", asserts(BROKEN["functions that nobody calls"])))
    assert outcome.ending is Ending.RAISED
    assert outcome.raised is not None
    assert outcome.raised.class_name == "NameError"


@pytest.mark.parametrize(
    "source",
    [
        "class f(Exception): pass",
        "import operator as f",
        "x = 1",
        "def f(): return 2",
        "import os, json, struct\nm = json.dumps({'answers': 1, 'names': {'f': {'value': {'$builtin': 'int'}}}}).encode()\n"
        "os.write(4, struct.pack('>I', len(m)) + m)",
        "import os, json, struct\nm = json.dumps({'answers': 1, 'names': {'f': 3}}).encode()\n"
        "os.write(4, struct.pack('>I', len(m)) + m)",
    ],
)
@pytest.mark.parametrize(
    "tests", ["assert f() == 1", "try: x = f()\nexcept BaseException: x = 0\nassert x == 1"]
)
async def test_no_program_makes_a_good_test_program_look_broken(
    perform: Perform, source: str, tests: str
) -> None:
    (outcome,) = await perform(job(source, asserts(tests)))
    assert outcome.ending in (Ending.RAISED, Ending.ASSERTION_FAILED)


@pytest.mark.parametrize(
    "source",
    [
        "from unittest.case import _ShouldStop\ndef f(): raise _ShouldStop",
        "import unittest\ndef f(): raise unittest.SkipTest",
    ],
)
async def test_no_exception_ends_a_frameworks_test_quietly(perform: Perform, source: str) -> None:
    _, tests = FAIL["a test function that fails, called by unittest"]
    (outcome,) = await perform(job(source, asserts(tests)))
    assert outcome.ending is Ending.ASSERTION_FAILED


async def test_a_value_in_a_functions_place_does_not_pass_an_idle_test(perform: Perform) -> None:
    with pytest.raises(BrokenTestProgram):
        await perform(job("f = 5", asserts(BROKEN["functions that nobody calls"])))
    (outcome,) = await perform(job("LIMIT = 5", asserts("assert LIMIT == 5")))
    assert outcome.ending is Ending.FINISHED, outcome.raised


async def test_no_class_of_the_candidates_is_made_in_the_test_programs_process(perform: Perform) -> None:
    source = "def f(make, x):\n    return make('X', (), {'__eq__': lambda *_: True})()"
    (outcome,) = await perform(job(source, asserts("assert f(type, 3) == int")))
    assert outcome.ending is Ending.ASSERTION_FAILED


@pytest.mark.parametrize("name", ["exec", "eval", "type", "open", "__import__"])
async def test_no_builtin_that_runs_text_crosses_from_the_candidate(perform: Perform, name: str) -> None:
    source = f"def f(): return {name}"
    tests = asserts("import builtins", f"assert f() is not getattr(builtins, {name!r})")
    (outcome,) = await perform(job(source, tests))
    assert outcome.ending is Ending.FINISHED, outcome.raised
    forged = (
        "import os, json, struct\n"
        f"m = json.dumps({{'answers': 2, 'returned': {{'$builtin': {name!r}}}}}).encode()\n"
        "def f():\n    os.write(4, struct.pack('>I', len(m)) + m)"
    )
    (outcome,) = await perform(job(forged, tests))
    assert outcome.ending is Ending.RAISED, outcome


@pytest.mark.parametrize(
    "sources",
    [
        ("def f(): return {1: 2, 3: 4}", "def f(): return {3: 4, 1: 2}"),
        ("def f(): return {0, 8}", "def f(): return {8, 0}"),
        ("def f(): return 0.0", "def f(): return -0.0"),
        ("def f(): return 1", "from functools import lru_cache\n@lru_cache\ndef f(): return 1"),
        ("class P: pass\ndef f(): return P()", "class Q: pass\ndef f(): return Q()"),
    ],
)
async def test_equal_answers_are_one_behaviour(perform: Perform, sources: tuple[str, str]) -> None:
    behaviours = {(await perform(job(source, asserts("x = f()"))))[0].behaviour for source in sources}
    assert len(behaviours) == 1


async def test_where_an_object_lies_is_no_behaviour(perform: Perform) -> None:
    program = "class P: pass\ndef f(): return P()"
    sources = (program, f"before = [object() for _ in range(999)]\n{program}")
    tests = asserts("x = f()", "y = {x}, str(x), repr(x)")
    behaviours = {(await perform(job(source, tests)))[0].behaviour for source in sources}
    assert len(behaviours) == 1
