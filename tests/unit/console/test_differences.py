"""A comparison holds every line of both sides once, in order, and takes bounded time."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from verifierd.console.differences import MATCHED_LINES, Change, Line, compared

texts = st.lists(st.sampled_from(["a", "b", "ab", "", "abc"]), max_size=12).map(
    lambda lines: "\n".join([*lines, "."])
)


def _whole(line: Line) -> str:
    return line.before + line.text + line.after


@given(texts, texts)
def test_each_side_can_be_read_back(left: str, right: str) -> None:
    lines = compared(left, right, context=100)
    assert (
        "\n".join(_whole(line) for line in lines if line.change in (Change.SAME, Change.LEFT)) == left
        or left == right
    )
    assert (
        "\n".join(_whole(line) for line in lines if line.change in (Change.SAME, Change.RIGHT)) == right
        or left == right
    )


@given(texts, texts)
def test_line_numbers_count_each_side(left: str, right: str) -> None:
    lines = compared(left, right, context=100)
    if left != right:
        assert [line.left for line in lines if line.left] == list(range(1, left.count("\n") + 2))
        assert [line.right for line in lines if line.right] == list(range(1, right.count("\n") + 2))


def test_a_line_end_at_the_end_of_both_makes_no_empty_line() -> None:
    assert [line.change for line in compared("a\n", "b\n")] == [Change.LEFT, Change.RIGHT]
    assert [line.change for line in compared("a\n", "")] == [Change.LEFT]
    assert len(compared("a\n", "a")) == 2
    assert compared("", "") == []


def test_equal_stretches_are_shortened_and_say_by_how_much() -> None:
    same = "\n".join(map(str, range(20)))
    lines = compared(f"{same}\nx", f"{same}\ny")
    assert lines[0] == Line(Change.SKIPPED, None, None, "17 equal lines")
    assert [line.change for line in lines[1:]] == [Change.SAME] * 3 + [Change.LEFT, Change.RIGHT]


def test_within_a_changed_line_only_what_differs_is_marked() -> None:
    _, right = compared("total = 41 + x", "total = 42 + x")
    assert (right.before, right.text, right.after) == ("total = 4", "2", " + x")


def test_the_worst_texts_take_bounded_time() -> None:
    began = time.process_time()
    left = "\n".join("ab"[number % 2] for number in range(MATCHED_LINES))
    compared(left, left[::-1] + "c")
    compared("\n".join(map(str, range(20_000))), "\n".join(map(str, range(20_000, 0, -1))))
    assert time.process_time() - began < 1.5
