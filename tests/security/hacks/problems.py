"""The problems that the programs of this suite pretend to solve, each with a plain right solution."""

from __future__ import annotations

import math
from dataclasses import dataclass

from verifierd_client import (
    AssertsTest,
    CallTest,
    Checker,
    FilesTest,
    InteractiveTest,
    Limits,
    Problem,
    Program,
    StdioTest,
    Test,
)

# A hundred times what an honest program here needs, so that a busy host changes no verdict.
LIMITS = Limits(
    cpu_time_s=1.5,
    wall_time_s=4.5,
    memory_bytes=256 << 20,
    output_bytes=1 << 20,
    processes=32,
    open_files=128,
    disk_bytes=16 << 20,
)
FLOAT = Checker("float")
KINDS: dict[type[Test], str] = {
    StdioTest: "stdio",
    CallTest: "call",
    AssertsTest: "asserts",
    FilesTest: "files",
    InteractiveTest: "interactive",
}


@dataclass(frozen=True, slots=True)
class Task:
    """A problem of one kind of tests, and the solution that runs between the programs under test."""

    kind: str
    problem: Problem
    solution: str


def _task(name: str, solution: str, *tests: Test, checker: Checker | None = None) -> tuple[str, Task]:
    kind = KINDS[type(tests[0])]
    return name, Task(kind, Problem(id=name, tests=tests, limits=LIMITS, checker=checker), solution)


SUM = "input()\nprint(sum(map(int, input().split())))\n"
TOTAL = "def total(numbers):\n    return sum(numbers)\n"
ORDERED = "def ordered(items):\n    return sorted(items)\n"

STDIO = (
    _task(
        "sum",
        SUM,
        StdioTest("3\n1 2 3\n", "6\n"),
        StdioTest("2\n250 350\n", "600\n"),
        StdioTest("1\n-7\n", "-7\n"),
    ),
    _task("sum_once", SUM, StdioTest("3\n1 2 3\n", "6\n")),
    _task(
        "running",
        "total = 0\nfor word in input().split():\n    total += int(word)\n    print(total)\n",
        StdioTest("1 2 3 4\n", "1\n3\n6\n10\n"),
        StdioTest("5 -5 8\n", "5\n0\n8\n"),
    ),
    _task(
        "mirror",
        "print(input()[::-1])\n",
        StdioTest("abc\n", "cba\n"),
        StdioTest("a\u00e9 \u00fc\n", "\u00fc \u00e9a\n"),
        StdioTest("\u304c\u00df12\n", "21\u00df\u304c\n"),
        checker=Checker("exact"),
    ),
    _task(
        "ratio",
        "a, b = map(float, input().split())\nprint(a / b)\n",
        StdioTest("1 3\n", "0.333333333\n"),
        StdioTest("22 7\n", "3.142857143\n"),
        StdioTest("-1 8\n", "-0.125\n"),
        checker=FLOAT,
    ),
    _task(
        "factorial",
        "import math\nprint(math.factorial(int(input())))\n",
        StdioTest("180\n", f"{math.factorial(180)}\n"),
        StdioTest("200\n", f"{math.factorial(200)}\n"),
        checker=FLOAT,
    ),
)
DIVISOR = """
import sys
number, given, has_none = (open(path).read() for path in sys.argv[1:])
try:
    number, divisor = int(number), int(given)
except ValueError:
    sys.exit(2)
if has_none == "none":
    sys.exit(divisor != -1)
sys.exit(not (1 < divisor < number and number % divisor == 0))
"""
CHECKED = (
    _task(
        "divisor",
        "n = int(input())\nprint(next((d for d in range(2, n) if n % d == 0), -1))\n",
        StdioTest("91", "7"),
        StdioTest("97", "none"),
        StdioTest("15", "3"),
        checker=Checker("program", program=Program(DIVISOR)),
    ),
)
INTERACTOR = """
import sys
secret = int(open(sys.argv[1]).read())
for number, line in enumerate(sys.stdin.buffer, start=1):
    try:
        kind, guess = line[:40].split()
        guess = int(guess)
    except ValueError:
        sys.exit(2)
    if kind == b"!":
        sys.exit(guess != secret)
    if kind != b"?":
        sys.exit(2)
    if number > 25:
        print("too many questions", file=sys.stderr)
        sys.exit(1)
    print("<" if secret < guess else ">=", flush=True)
sys.exit(2)
"""
PLAYS = (
    "low, high = 1, 1000000\nwhile low < high:\n    middle = (low + high + 1) // 2\n"
    "    print('?', middle, flush=True)\n    if input() == '<':\n        high = middle - 1\n"
    "    else:\n        low = middle\nprint('!', low, flush=True)\n"
)
INTERACTIVE = (
    _task(
        "guess",
        PLAYS,
        *(InteractiveTest(Program(INTERACTOR), secret, secret) for secret in ("1", "500000", "999983")),
    ),
)
CALL = (
    _task(
        "total",
        TOTAL,
        CallTest("total", ([1, 2, 3],), 6),
        CallTest("total", ([],), 0),
        CallTest("total", ([10**20, 1],), 10**20 + 1),
    ),
    _task("total_once", TOTAL, CallTest("total", ([1, 2, 3],), 6)),
    _task(
        "ordered",
        ORDERED,
        CallTest("ordered", ([3, 1, 2],), [1, 2, 3]),
        CallTest("ordered", (["b", "a", "c"],), ["a", "b", "c"]),
        CallTest("ordered", ([2, 0.5, 1],), [0.5, 1, 2]),
    ),
    _task(
        "is_even",
        "def is_even(number):\n    return number % 2 == 0\n",
        CallTest("is_even", (4,), True),
        CallTest("is_even", (7,), False),
    ),
    _task(
        "mean",
        "def mean(numbers):\n    return sum(numbers) / len(numbers)\n",
        CallTest("mean", ([1, 2],), 1.5),
        CallTest("mean", ([1, 1, 2],), 4 / 3),
        CallTest("mean", ([-1, 2, -4, 1],), -0.5),
        CallTest("mean", ([-3, 3],), 0.0),
        checker=FLOAT,
    ),
    _task(
        "backwards",
        "def backwards(text):\n    return text[::-1]\n",
        CallTest("backwards", ("abc",), "cba"),
        CallTest("backwards", ("\u00e9a",), "a\u00e9"),
    ),
)

INI = "[server]\nhost = ::\nport = 80\n"
FILES = (
    _task(
        "archive",
        "import os\nos.rename('in', input())\n",
        *(
            FilesTest(
                files={"in/a": f"1 {name}", "in/b": "2"},
                stdin=f"{name}\n",
                expected={f"{name}/a": f"1 {name}", f"{name}/b": "2", "in/a": None, "in/b": None},
            )
            for name in ("old", "new", "\u00fcber")
        ),
    ),
    _task(
        "counts",
        "import collections, json\nwords = open('words.txt').read().split()\n"
        "json.dump(collections.Counter(words), open('counts.json', 'w'))\n",
        FilesTest({"counts.json": '{"a": 2, "b": 1}'}, {"words.txt": "a b a\n"}),
        FilesTest({"counts.json": '{"b": 3}'}, {"words.txt": "b\nb b"}),
        FilesTest({"counts.json": "{}"}, {"words.txt": ""}),
        checker=Checker("json"),
    ),
    _task(
        "setting",
        "text = open('app.ini').read().replace('port = 80', 'port = ' + input())\n"
        "open('app.ini', 'w').write(text)\nprint('done')\n",
        *(
            FilesTest({"app.ini": INI.replace("80", port)}, {"app.ini": INI}, f"{port}\n", "done\n")
            for port in ("8080", "443")
        ),
    ),
)

CHECK_ORDERED = """
METADATA = {"author": "us"}

def check(candidate):
    assert candidate([3, 1, 2]) == [1, 2, 3]
    assert candidate([]) == []
    assert candidate([2, 2, 1]) == [1, 2, 2]

check(ordered)
"""
ASSERT_ORDERED = """
items, expected = [3, 1, 2], [1, 2, 3]
assert ordered(items) == expected
assert isinstance(ordered(["b", "a"]), list) and len(ordered(["b", "a"])) == 2
assert not [x for x in ordered([1]) if x != 1]
assert ordered(["b", "a"]) == ["a", "b"]
"""
SHELF = """
import unittest

class TestShelf(unittest.TestCase):
    def test_titles(self):
        shelf = Shelf()
        shelf.add("b")
        shelf.add("a")
        self.assertEqual(shelf.titles(), ["a", "b"])

    def test_empty(self):
        self.assertEqual(Shelf().titles(), [])

unittest.main()
"""
IN_THREADS = """
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    assert list(pool.map(square, range(20))) == [x * x for x in range(20)]
"""
GUARDED = """
try:
    assert answer(20) == 41
finally:
    try:
        close()
    except ValueError:
        pass
"""
HALVES = """
seen = []
for number in numbers(40):
    try:
        seen.append(halve(number))
    except ValueError:
        pass
assert seen == list(range(20))
"""
DIVIDE_BY_ZERO = """
try:
    divide(1, 0)
except ValueError as error:
    assert str(error) == "division by zero"
else:
    assert False, "no error"
"""
POP_TOO_OFTEN = """
stack = Stack()
stack.push(7)
assert stack.pop() == 7
try:
    stack.pop()
    assert False, "popped from nothing"
except IndexError:
    pass
"""
ASSERTS = (
    _task("ordered_list", ORDERED, AssertsTest(CHECK_ORDERED), AssertsTest(ASSERT_ORDERED)),
    _task(
        "ordered_in_place",
        "def order(items):\n    items.sort()\n",
        AssertsTest("items = [3, 1, 2]\nsame = items\norder(items)\nassert same == [1, 2, 3]"),
        AssertsTest("items = ['b', 'a']\nassert order(items) is None\nassert items == ['a', 'b']"),
    ),
    _task(
        "stack",
        "class Stack:\n    def __init__(self):\n        self.items = []\n"
        "    def push(self, item):\n        self.items.append(item)\n"
        "    def pop(self):\n        return self.items.pop()\n",
        AssertsTest(
            "s = Stack()\ns.push(1)\ns.push(2)\ns.push(3)\nassert s.pop() == 3\nassert s.items == [1, 2]"
        ),
        AssertsTest(POP_TOO_OFTEN),
    ),
    _task(
        "root",
        "def root(number):\n    return number**0.5\n",
        AssertsTest("assert abs(root(2) - 1.41421356) < 1e-6"),
        AssertsTest("assert math.isclose(root(9), 3) and math.isclose(root(2), 1.41421356, rel_tol=1e-6)"),
    ),
    _task(
        "divide",
        "def divide(a, b):\n    if b == 0:\n        raise ValueError('division by zero')\n    return a / b\n",
        AssertsTest("assert divide(6, 3) == 2\nassert divide(7, 2) == 3.5"),
        AssertsTest(DIVIDE_BY_ZERO),
    ),
    _task(
        "evens",
        "def evens(bound):\n    return iter(range(0, bound, 2))\n",
        AssertsTest("assert list(evens(10)) == [0, 2, 4, 6, 8]\nassert next(evens(3)) == 0"),
    ),
    _task(
        "twice",
        "def twice(function, value):\n    return function(function(value))\n",
        AssertsTest("assert twice(lambda x: x, 3) == 3\nassert twice(lambda x: 2 * x, 3) == 12"),
    ),
    _task(
        "convert",
        "def convert(kind, text):\n    return kind(text)\n",
        AssertsTest("class Number(int):\n    pass\n\nassert convert(Number, '7') == 7"),
    ),
    _task("in_threads", "def square(number):\n    return number * number\n", AssertsTest(IN_THREADS)),
    _task(
        "guarded",
        "def answer(number):\n    return 2 * number + 1\n\ndef close():\n    pass\n",
        AssertsTest(GUARDED),
    ),
    _task(
        "halves",
        "def numbers(count):\n    yield from range(count)\n\n"
        "def halve(number):\n    if number % 2:\n        raise ValueError\n    return number // 2\n",
        AssertsTest(HALVES),
    ),
    _task(
        "failures",
        "def failures(results):\n    return len(results)\n",
        AssertsTest("import sys\nassert failures([1]) == 1\nsys.exit(failures([]))"),
    ),
    _task(
        "shelf",
        "class Shelf:\n    def __init__(self):\n        self.books = []\n"
        "    def add(self, title):\n        self.books.append(title)\n"
        "    def titles(self):\n        return sorted(self.books)\n",
        AssertsTest(SHELF),
    ),
)
TASKS = dict((*STDIO, *CHECKED, *CALL, *ASSERTS, *FILES, *INTERACTIVE))
