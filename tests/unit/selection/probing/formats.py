"""Formats of competitive programming: examples as statements have them, and a validator for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class InputFormat:
    """Three or four examples, and who raises ValueError or AssertionError for what is no such input."""

    name: str
    examples: tuple[str, ...]
    check: Callable[[Reader], None]

    def reads(self, text: str) -> bool:
        """Return whether an input is of the format, to the last line."""
        if not text.endswith("\n"):
            return False
        reader = Reader(text)
        try:
            self.check(reader)
        except (ValueError, AssertionError, StopIteration, IndexError):
            return False
        return next(reader.left, None) is None


class Reader:
    """Reads lines strictly: single separators, no blank at either end."""

    def __init__(self, text: str) -> None:
        self.left: Iterator[str] = iter(text.removesuffix("\n").split("\n"))

    def line(self) -> str:
        return next(self.left)

    def words(self, count: int | None = None, gap: str = " ") -> list[str]:
        words = self.line().split(gap)
        assert all(words) and (count is None or len(words) == count)
        return words

    def ints(self, count: int | None = None, low: int = -(10**9), high: int = 10**9) -> list[int]:
        words = self.words(count)
        numbers = [int(word) for word in words]
        assert [str(number) for number in numbers] == words
        assert all(low <= number <= high for number in numbers)
        return numbers


def _count_and_numbers(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    read.ints(n)


def _count_and_lines(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    for _ in range(n):
        assert read.words(1)[0].islower()


def _matrix(read: Reader) -> None:
    rows, columns = read.ints(2, 1, 50)
    for _ in range(rows):
        read.ints(columns, 0, 1000)


def _grid(read: Reader) -> None:
    rows, columns = read.ints(2, 1, 50)
    for _ in range(rows):
        line = read.line()
        assert len(line) == columns and set(line) <= set(".#")


def _cases_of_one_line(read: Reader) -> None:
    (cases,) = read.ints(1, 1, 100)
    for _ in range(cases):
        a, b = read.ints(2, 1, 10**9)
        assert a <= b


def _cases_of_lists(read: Reader) -> None:
    (cases,) = read.ints(1, 1, 100)
    for _ in range(cases):
        n, k = read.ints(2, 1, 100)
        assert k <= n
        read.ints(n, 0)


def _graph(read: Reader) -> None:
    n, m = read.ints(2, 1, 100)
    edges = set()
    for _ in range(m):
        u, v = read.ints(2, 1, n)
        assert u != v
        edges.add(frozenset((u, v)))
    assert len(edges) == m


def _weighted_tree(read: Reader) -> None:
    (n,) = read.ints(1, 2, 100)
    groups = [{vertex} for vertex in range(n + 1)]
    for _ in range(n - 1):
        u, v, weight = read.ints(3, 1)
        assert max(u, v) <= n and weight <= 1000 and groups[u] is not groups[v]
        groups[u] |= groups[v]
        for vertex in groups[v]:
            groups[vertex] = groups[u]


def _string_of_length(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    line = read.line()
    assert len(line) == n and line.islower() and line.isalpha()


def _binary_strings(read: Reader) -> None:
    (cases,) = read.ints(1, 1, 100)
    for _ in range(cases):
        (n,) = read.ints(1, 1, 100)
        line = read.line()
        assert len(line) == n and set(line) <= set("01")


def _points(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    for _ in range(n):
        for word in read.words(2):
            whole, point, rest = word.partition(".")
            assert point and len(rest) == 2 and abs(float(whole)) <= 1000


def _queries(read: Reader) -> None:
    n, q = read.ints(2, 1, 100)
    read.ints(n)
    for _ in range(q):
        words = read.words()
        match words[0]:
            case "set":
                place, _value = map(int, words[1:])
            case "get":
                (place,) = map(int, words[1:])
            case other:
                raise ValueError(other)
        assert 1 <= place <= n


def _permutation(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    assert sorted(read.ints(n)) == list(range(1, n + 1))


def _sorted_and_target(read: Reader) -> None:
    n, _target = read.ints(2)
    assert n >= 1
    assert all(first < second for first, second in pairwise(read.ints(n)))


def _two_lists(read: Reader) -> None:
    n, m = read.ints(2, 1, 100)
    read.ints(n, 1)
    read.ints(m, 1)


def _lists_with_own_counts(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    for _ in range(n):
        numbers = read.ints()
        assert numbers[0] == len(numbers) - 1


def _names_and_scores(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    for _ in range(n):
        name, age, score = read.words(3)
        assert name.isalpha() and 0 <= int(age) <= 200 and 0 <= float(score) <= 100


def _single_number(read: Reader) -> None:
    read.ints(1, 1, 10**9)


def _until_the_end(read: Reader) -> None:
    for line in read.left:
        left, right = line.split(" ")
        assert int(left) <= 10**9 and int(right) <= 10**9


def _times(read: Reader) -> None:
    (n,) = read.ints(1, 1, 100)
    for _ in range(n):
        hours, minutes = read.words(2, ":")
        assert 0 <= int(hours) < 24 and 0 <= int(minutes) < 60


def _blank_between(read: Reader) -> None:
    (cases,) = read.ints(1, 1, 100)
    for _ in range(cases):
        assert read.line() == ""
        (n,) = read.ints(1, 1, 100)
        read.ints(n)


FORMATS = (
    InputFormat("count, then numbers", ("5\n1 5 3 2 4\n", "3\n-7 0 7\n", "1\n1000000\n"), _count_and_numbers),
    InputFormat("count, then words", ("3\nabc\nde\nf\n", "2\nhello\nworld\n", "1\nz\n"), _count_and_lines),
    InputFormat("matrix", ("2 3\n1 2 3\n4 5 6\n", "1 1\n0\n", "3 2\n9 8\n7 6\n5 1000\n"), _matrix),
    InputFormat("grid", ("3 4\n..#.\n####\n....\n", "1 2\n#.\n", "2 1\n.\n#\n"), _grid),
    InputFormat(
        "cases of one line", ("3\n1 2\n5 5\n10 1000\n", "1\n7 9\n", "2\n4 4\n1 100\n"), _cases_of_one_line
    ),
    InputFormat(
        "cases with lists",
        ("2\n3 1\n1 2 3\n5 5\n0 0 9 4 1\n", "1\n4 2\n10 20 30 40\n", "3\n1 1\n5\n2 1\n3 3\n2 2\n8 1\n"),
        _cases_of_lists,
    ),
    InputFormat(
        "graph",
        ("4 3\n1 2\n2 3\n4 1\n", "5 5\n1 2\n2 3\n3 4\n5 4\n5 1\n", "3 2\n3 1\n3 2\n"),
        _graph,
    ),
    InputFormat(
        "weighted tree",
        ("4\n1 2 10\n3 1 5\n4 3 7\n", "2\n1 2 1\n", "6\n1 3 4\n2 3 4\n3 4 9\n5 4 2\n6 5 100\n"),
        _weighted_tree,
    ),
    InputFormat(
        "string with its length", ("5\nhello\n", "3\naba\n", "10\nabcdefghij\n", "1\nq\n"), _string_of_length
    ),
    InputFormat(
        "cases of binary strings",
        ("2\n5\n01101\n3\n000\n", "1\n4\n1111\n", "3\n1\n0\n2\n10\n3\n110\n"),
        _binary_strings,
    ),
    InputFormat(
        "points with decimals",
        ("2\n0.50 1.25\n-3.00 4.10\n", "1\n10.00 10.00\n", "3\n1.10 2.20\n3.30 4.40\n0.00 0.00\n"),
        _points,
    ),
    InputFormat(
        "queries",
        (
            "3 4\n1 2 3\nget 1\nset 2 9\nget 2\nget 3\n",
            "2 3\n5 5\nset 1 7\nset 2 8\nget 1\n",
            "4 2\n0 0 0 1\nget 4\nset 4 2\n",
        ),
        _queries,
    ),
    InputFormat("permutation", ("5\n2 3 1 5 4\n", "3\n3 2 1\n", "1\n1\n", "4\n1 2 4 3\n"), _permutation),
    InputFormat(
        "sorted list and target",
        ("5 7\n1 3 5 7 9\n", "3 -4\n-5 -4 10\n", "1 6\n2\n", "4 1\n2 3 8 9\n"),
        _sorted_and_target,
    ),
    InputFormat("two lists", ("3 2\n1 2 3\n4 5\n", "1 4\n7\n1 1 2 9\n", "2 2\n5 6\n6 5\n"), _two_lists),
    InputFormat(
        "lists with their own counts",
        ("3\n2 5 6\n1 9\n3 1 2 3\n", "1\n4 4 3 2 1\n", "2\n1 1\n2 8 8\n"),
        _lists_with_own_counts,
    ),
    InputFormat(
        "names and scores",
        (
            "2\nalice 30 91.5\nbob 25 80.0\n",
            "1\ncarol 41 77.3\n",
            "3\ndave 19 60.1\neve 22 99.9\nfay 35 0.0\n",
        ),
        _names_and_scores,
    ),
    InputFormat("single number", ("10\n", "1\n", "97\n", "1000\n"), _single_number),
    InputFormat("lines until the end", ("1 2\n3 4\n", "10 20\n", "5 5\n6 6\n7 7\n-1 8\n"), _until_the_end),
    InputFormat("times", ("2\n12:30\n09:05\n", "1\n23:59\n", "3\n00:00\n07:45\n18:10\n"), _times),
    InputFormat(
        "blank lines between",
        ("2\n\n3\n1 2 3\n\n1\n5\n", "1\n\n2\n4 4\n", "1\n\n4\n1 0 1 0\n"),
        _blank_between,
    ),
)
