"""A program that reads chance, time or its surroundings is suspected; one that computes is not."""

from __future__ import annotations

import pytest

from sandboxes.model import AssertsRun, InteractiveRun, Program, StdioRun
from verifierd.execution.varying import READ_BYTES, counterpart_may_vary, may_vary


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "print(sum(map(int, input().split())))"),
        ("python", "import math\nfor key in sorted({'a': 1}): print(key, math.pi)"),
        ("python", "operand = randomly = timed = 1\nprint(operand)"),
        ("cpp17", "#include <map>\nint main() { std::map<int, int> m; }"),
        ("java", "class Main { void f(java.util.Map<Integer, Integer> m) { m.keySet(); } }"),
        ("javascript", "console.log([1, 2].map(x => x + 1).join())"),
    ],
)
def test_a_program_that_computes_is_not_suspected(language: str, source: str) -> None:
    assert not may_vary(Program(language, source))


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", "import random; print(random.random())"),
        ("python", "from time import time as t; print(t())"),
        ("python", "print(id(object()))"),
        ("python", "print(open('/proc/self/stat').read())"),
        ("python", "import threading"),
        ("cpp17", "int main() { std::mt19937 g(std::random_device{}()); }"),
        ("cpp17", "std::unordered_set<int> s;"),
        ("c", 'int main() { puts(__DATE__ " " __TIME__); }'),
        ("java", "System.out.println(System.nanoTime());"),
        ("javascript", "console.log(Math.random())"),
        ("go", "for k := range map[string]int{} { fmt.Println(k) }"),
        ("rust", "let s: HashSet<i32> = HashSet::new();"),
        ("perl", "print 1;"),
        ("java", 'for (String s : Set.of("a", "b")) System.out.print(s);'),
        ("ruby", "puts [1, 2].sample"),
        ("php", "echo str_shuffle('ab');"),
        ("python", "import os; os.popen('ls')"),
        ("python", "x = 1\n" * READ_BYTES),
    ],
)
def test_one_that_reads_what_changes_is(language: str, source: str) -> None:
    assert may_vary(Program(language, source))


def test_so_is_what_tests_it_or_talks_with_it() -> None:
    assert not counterpart_may_vary(StdioRun(b"random"), "python")
    assert not counterpart_may_vary(AssertsRun("assert f() == 1"), "python")
    assert counterpart_may_vary(AssertsRun("import random\nassert f(random.random())"), "python")
    assert counterpart_may_vary(InteractiveRun(Program("python", "print(1)")), "cpp17")
