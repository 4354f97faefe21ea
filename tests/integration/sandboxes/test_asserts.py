"""`asserts` runs: the test program and the candidate are two processes, and it hardly shows."""

from __future__ import annotations

import pytest

from sandboxes.model import BrokenTestProgram, Ending, SandboxError

from .conftest import RENEWS_THE_TESTER, Perform, asserts, job

pytestmark = [pytest.mark.anyio, RENEWS_THE_TESTER]

HONEST = {
    "values cross by copy": ("def f(x): return x", "for v in (1, 2.5, 'é', None, True, [1, (2, {3})], {'a': b'b'}, 1j):"
                             "\n    assert f(v) == v and type(f(v)) is type(v)"),
    "huge integers": ("def f(n): return 2 ** n", "assert f(5000) == 2 ** 5000"),
    "infinities and nan": ("def f(x): return float(x)", "assert f('inf') == float('inf') and f('nan') != f('nan')"),
    "in-place changes come back": ("def f(x): x.sort()", "v = [3, 1, 2]\nf(v)\nassert v == [1, 2, 3]"),
    "nested in-place changes keep identity": (
        "def f(m): m[0][1] = 9", "row = [0, 0]\nm = [row, [1]]\nf(m)\nassert row == [0, 9] and m[0] is row"),
    "so do changes of keyword arguments, deques and what tuples hold": (
        "def f(a, *, k):\n    a[0].append(1)\n    k.append(2)",
        "from collections import deque\na, k = ([], 0), deque()\nf(a, k=k)\nassert a == ([1], 0) and list(k) == [2]"),
    "dicts and sets change in place": (
        "def f(d, s): d.pop('a'); s.add(2)", "d, s = {'a': 1, 'b': 2}, {1}\nf(d, s)\nassert d == {'b': 2} and s == {1, 2}"),
    "exceptions keep their class": (
        "def f(x): raise KeyError(x)", "try:\n    f(3)\nexcept KeyError as e:\n    assert e.args == (3,)\nelse:\n    assert 0"),
    "the candidate's own exception class": (
        "class Bad(ValueError): pass\ndef f(): raise Bad('no')",
        "try:\n    f()\nexcept Bad as e:\n    assert isinstance(e, ValueError)\nelse:\n    assert 0"),
    "helpers of the candidate's are found": ("def g(x): return x + 1\ndef f(x): return 2 * x", "assert f(g(1)) == 4"),
    "its constants too": ("LIMIT = 7\ndef f(): return LIMIT", "assert f() == LIMIT"),
    "its imports too": ("import math\ndef f(): return math.pi", "assert abs(f() - math.pi) < 1e-9"),
    "counters equal dicts": ("from collections import Counter\ndef f(s): return Counter(s)", "assert f('aab') == {'a': 2, 'b': 1}"),
    "defaultdicts equal dicts": (
        "from collections import defaultdict\ndef f():\n    d = defaultdict(int)\n    d[1] += 1\n    return d", "assert f() == {1: 1}"),
    "deques": ("from collections import deque\ndef f(): return deque([1, 2])", "assert list(f()) == [1, 2]"),
    "named tuples equal tuples": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int\ndef f(): return P(1, 2)", "assert f() == (1, 2)"),
    "int enums equal ints": ("import enum\nclass E(enum.IntEnum):\n    A = 3\ndef f(): return E.A", "assert f() == 3"),
    "generators are drawn": ("def f():\n    yield from range(5)", "assert list(f()) == [0, 1, 2, 3, 4]"),
    "infinite generators are drawn as far as asked": (
        "import itertools\ndef f(): return itertools.count()", "assert next(f()) == 0\ng = f()\nassert sum(next(g) for _ in range(4)) == 6"),
    "ranges, maps and views": (
        "def f(): return range(3)\ndef g(): return map(str, [1, 2])\ndef h(): return {'a': 1}.keys()",
        "assert f() == range(3) and list(g()) == ['1', '2'] and h() == {'a'}"),
    "fractions and decimals": (
        "from fractions import Fraction\nfrom decimal import Decimal\ndef f(): return Fraction(1, 3), Decimal('0.1')",
        "from fractions import Fraction\nfrom decimal import Decimal\nassert f() == (Fraction(1, 3), Decimal('0.1'))"),
    "objects stay behind as handles": (
        "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x)\n"
        "    def pop(self): return self.items.pop()",
        "s = Stack()\ns.push(1)\ns.push(2)\nassert s.pop() == 2 and s.items == [1] and s == s and s != Stack()"),
    "functions that it returns can be called": ("def f(n): return lambda x: x + n", "assert f(2)(3) == 5"),
    "functions of the test's can be called": ("def f(g, xs): return [g(x) for x in xs]", "assert f(lambda x: x * x, [1, 2]) == [1, 4]"),
    "handles go back and forth": (
        "class A:\n    def __init__(self, n): self.n = n\ndef f(a, b): return a.n + b.n", "assert f(A(1), A(2)) == 3"),
    "objects of the test's come back as themselves": ("def f(x): return [x]", "o = object()\nassert f(o)[0] is o"),
    "a parameter of the test's may have the candidate's name": (
        "def f(x): return x", "def check(f):\n    assert f(1) == 1\ncheck(f)"),
    "a local variable too": ("def f(x): return x", "def check():\n    f = 3\n    return f\nassert f(check()) == 3"),
    "keyword arguments": ("def f(a, *, b=1): return a - b", "assert f(5, b=2) == 3"),
    "prints do no harm": ("def f(x):\n    print(x)\n    return x", "assert f(1) == 1"),
    "lone surrogates": ("def f(): return '\\ud800'", "assert f() == '\\ud800'"),
    "odd keys": ("def f(): return {'$tuple': 1, (1, 2): 2, None: 3}", "assert f() == {'$tuple': 1, (1, 2): 2, None: 3}"),
}  # fmt: skip

REFUSED = {
    "a wrong value": ("def f(x): return x + 1", "assert f(1) == 1", Ending.ASSERTION_FAILED),
    "an object equal to everything": (
        "class A:\n    def __eq__(self, o): return True\ndef f(x): return A()", "assert f(1) == 2", Ending.ASSERTION_FAILED),
    "an object unequal to nothing": (
        "class A:\n    def __ne__(self, o): return False\ndef f(x): return A()",
        "assert not (f(1) != 2)", Ending.ASSERTION_FAILED),
    "a string that claims equality": (
        "class S(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__\ndef f(): return S('no')",
        "assert f() == 'yes'", Ending.ASSERTION_FAILED),
    "a list that claims every item": (
        "class L(list):\n    def __contains__(self, x): return True\n    def __len__(self): return 3\ndef f(): return L()",
        "assert len(f()) == 3 and 7 in f()", Ending.ASSERTION_FAILED),
    "arithmetic that always fits": (
        "class A:\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\n    def __lt__(self, o): return True\n"
        "def f(x): return A()",
        "assert abs(f(1) - 2.5) < 1e-6", Ending.RAISED),
    "an object of every type": (
        "class A:\n    __class__ = property(lambda self: int)\n    def __eq__(self, o): return True\ndef f(): return A()",
        "assert isinstance(f(), int)", Ending.ASSERTION_FAILED),
    "leaving quietly": ("import os\ndef f(x): os._exit(0)", "assert f(1) == 2", Ending.RAISED),
    "leaving by sys.exit": ("import sys\ndef f(x): sys.exit(0)", "assert f(1) == 2", Ending.RAISED),
    "leaving at import": ("import sys\nsys.exit(0)", "assert f(1) == 2", Ending.RAISED),
    "leaving where the test forgives": (
        "import os\ndef f(x): os._exit(0)", "try:\n    f(1)\nexcept BaseException:\n    pass", Ending.RAISED),
    "becoming another program": (
        "import os\ndef f(x): os.execv('/bin/true', ['true'])", "assert f(1) == 2", Ending.RAISED),
    "patched builtins": (
        "import builtins\nbuiltins.AssertionError = type('X', (Exception,), {})\nbuiltins.abs = lambda x: 0\n"
        "def f(x): return 5", "assert abs(f(1) - 2) < 1e-6", Ending.ASSERTION_FAILED),
    "redefined builtins": (
        "def all(x): return True\ndef f(x): return [1, 0]", "assert all(f(1))", Ending.ASSERTION_FAILED),
    "a forged answer on the channel": (
        "import os, json, struct\nm = json.dumps({'returned': 2, 'changed': {}}).encode()\n"
        "def f(x):\n    os.write(4, struct.pack('>I', len(m)) + m)\n    return 1",
        "assert f(1) == 2 and f(1) == 3 and f(1) == 2", Ending.ASSERTION_FAILED),
    "noise on the channel": ("import os\ndef f(x):\n    os.write(4, b'\\xff' * 64)\n    return 2", "assert f(1) == 2", Ending.RAISED),
    "a forged report on the result file": (
        "import os\nos.write(3, b'{\"behaviour\": \"0\"}')\ndef f(x): return 1", "assert f(1) == 2", Ending.ASSERTION_FAILED),
    "an exception of the candidate's": ("def f(x): return x.y", "assert f(1) == 2", Ending.RAISED),
    "an assertion of the candidate's own": ("def f(x): assert False", "assert f(1) == 2", Ending.RAISED),
    "a missing function": ("def g(x): return x", "assert f(1) == 1", Ending.RAISED),
    "a class that poses as a module": (
        "class math:\n    isclose = lambda *a, **k: True\n    pi = 3\ndef f(x): return 5",
        "assert math.isclose(f(1), 2.5)", Ending.ASSERTION_FAILED),
    "an end of iteration that ends the test's loop": (
        "def f(x): raise StopIteration", "assert all(map(lambda x: f(x) == x, [1, 2]))", Ending.RAISED),
    "an end of a generator by an iterator": (
        "class I:\n    def __iter__(self): return self\n    def __next__(self): raise GeneratorExit\ndef f(): return I()",
        "def g(): yield from f()\nlist(g())", Ending.RAISED),
    "an end of a generator": ("def f(x): raise GeneratorExit", "assert f(1) == 1", Ending.RAISED),
    "a message that cannot be had": (
        "def f(x): raise ValueError(10 ** 5000)", "assert f(1) == 2", Ending.RAISED),
    "a key that cannot be printed": ("def f(x): return {}[10 ** 5000]", "assert f(1) == 2", Ending.RAISED),
    "an endless call": ("def f(x):\n    while True: pass", "assert f(1) == 2", Ending.CPU_LIMIT),
    "a sleeping call": ("import time\ndef f(x): time.sleep(60)", "assert f(1) == 2", Ending.WALL_LIMIT),
    "a greedy call": ("def f(x): return [0] * 10 ** 8", "assert f(1) == 2", Ending.MEMORY_LIMIT),
    "an endless iterator": ("import itertools\ndef f(): return itertools.count()", "assert sum(f()) == 2", Ending.RAISED),
    "a repr that never ends": (
        "class A:\n    def __repr__(self): return repr(self)\ndef f(): return A()", "assert f() == 2", Ending.ASSERTION_FAILED),
    "a value nested too deeply": (
        "def f():\n    x = []\n    for _ in range(10 ** 5): x = [x]\n    return x", "assert f() == 2", Ending.RAISED),
}  # fmt: skip


@pytest.mark.parametrize("name", HONEST)
async def test_an_honest_program_passes(perform: Perform, name: str) -> None:
    source, tests = HONEST[name]
    (outcome,) = await perform(job(source, asserts(tests)))
    assert outcome.ending is Ending.FINISHED, outcome


@pytest.mark.parametrize("name", REFUSED)
async def test_a_dishonest_or_wrong_program_does_not(perform: Perform, name: str) -> None:
    source, tests, ending = REFUSED[name]
    (outcome,) = await perform(job(source, asserts(tests)))
    assert outcome.ending is ending, outcome


async def test_one_candidates_test_leaves_nothing_for_the_next_ones(perform: Perform) -> None:
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)"
    outcomes = await perform(job(source, asserts("assert f(1) == 1"), asserts("assert f(2) == 1")))
    assert [outcome.ending for outcome in outcomes] == [Ending.FINISHED] * 2


async def test_behaviour_is_the_same_for_the_same_answers_only(perform: Perform) -> None:
    tests = asserts("assert f(1) == f(1)")
    sources = ("def f(x): return 1", "def f(y):\n    return 2 - y", "def f(x): return 3")
    behaviours = [(await perform(job(source, tests)))[0].behaviour for source in sources]
    assert behaviours[0] == behaviours[1] != behaviours[2]


async def test_an_exceptions_words_are_not_behaviour_but_its_class_is(perform: Perform) -> None:
    tests = asserts("try:", "    f(1)", "except Exception:", "    pass")
    sources = (
        "def f(x): raise ValueError('a')",
        "def f(x): raise ValueError('b')",
        "def f(x): raise KeyError('a')",
    )
    behaviours = [(await perform(job(source, tests)))[0].behaviour for source in sources]
    assert behaviours[0] == behaviours[1] != behaviours[2]


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("def sorted(x): return x", Ending.ASSERTION_FAILED),
        ("def sorted(x):\n    x.sort()\n    return x", Ending.FINISHED),
        ("def other(x): return x", Ending.RAISED),
    ],
)
async def test_a_builtins_name_is_the_candidates_where_it_is_said_to_be(
    perform: Perform, source: str, ending: Ending
) -> None:
    (outcome,) = await perform(job(source, asserts("assert sorted([2, 1]) == [1, 2]", names=("sorted",))))
    assert outcome.ending is ending


async def test_a_test_program_that_asks_nothing_of_the_candidate_accepts_nobody(perform: Perform) -> None:
    with pytest.raises(BrokenTestProgram, match="declared in candidate_names"):
        await perform(job("def sorted(x): return x", asserts("assert sorted([2, 1]) == [1, 2]")))


async def test_a_test_program_that_leaves_judges_nobody_and_harms_no_sandbox(perform: Perform) -> None:
    with pytest.raises(SandboxError, match="left before its end, with exit code 0"):
        await perform(job("def f(): return 1", asserts("import os", "os._exit(f() - 1)")))
    (outcome,) = await perform(job("def f(): return 1", asserts("assert f() == 1")))
    assert outcome.ending is Ending.FINISHED


async def test_a_standard_module_needs_no_import_by_the_candidate(perform: Perform) -> None:
    (outcome,) = await perform(job("def f(): return 2.5", asserts("assert math.isclose(f(), 2.5)")))
    assert outcome.ending is Ending.FINISHED


async def test_a_test_program_may_fail_on_an_integer_that_cannot_be_printed(perform: Perform) -> None:
    (outcome,) = await perform(job("def f(): return 10 ** 5000", asserts("assert f() == 1, f()")))
    assert outcome.ending is Ending.ASSERTION_FAILED


async def test_a_broken_test_program_is_not_the_candidates_failure(perform: Perform) -> None:
    with pytest.raises(BrokenTestProgram, match="SyntaxError"):
        await perform(job("def f(x): return x", asserts("assert f(")))
    (outcome,) = await perform(job("def f(x): return x", asserts("assert f(1) == 1")))
    assert outcome.ending is Ending.FINISHED


async def test_an_answer_that_the_test_program_cannot_hold_is_the_candidates_memory(perform: Perform) -> None:
    source = "def f(): return ['x' * 100] * 200_000"
    tests = asserts("held = []", "while True: held.append(f())")
    (outcome,) = await perform(job(source, tests, cpu_time_ns=60_000_000_000, wall_time_ns=60_000_000_000))
    assert outcome.ending is Ending.MEMORY_LIMIT, outcome
    (outcome,) = await perform(job("def f(x): return x", asserts("assert f(1) == 1")))
    assert outcome.ending is Ending.FINISHED


async def test_what_a_test_program_prints_is_not_the_candidates_output(perform: Perform) -> None:
    (outcome,) = await perform(
        job("def f(x): return x", asserts("for _ in range(9999): print('x' * 999)", "f(1)"))
    )
    assert (outcome.ending, outcome.stdout) == (Ending.FINISHED, b"")
