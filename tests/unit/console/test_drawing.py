"""Shapes lie where they should: areas as sizes, bars within their length, axes with round marks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.console.drawing.bars import BAR_WIDTH, bar_parts
from verifierd.console.drawing.scales import linear_ticks, round_step
from verifierd.console.drawing.series import HEIGHT, WIDTH, columns_plot, lines_plot
from verifierd.console.drawing.treemap import squarified

sizes = st.lists(st.integers(1, 10_000), min_size=1, max_size=60).map(
    lambda found: sorted(found, reverse=True)
)


@given(sizes)
def test_areas_are_as_sizes_and_fill_the_whole(found: list[int]) -> None:
    boxes = squarified(found, 640, 360)
    for size, box in zip(found, boxes, strict=True):
        assert box.width * box.height == pytest.approx(size / sum(found) * 640 * 360, rel=1e-6)
        assert box.x >= -1e-6
        assert box.y >= -1e-6
        assert box.x + box.width <= 640 + 1e-6
        assert box.y + box.height <= 360 + 1e-6


@given(sizes)
def test_no_two_rectangles_overlap(found: list[int]) -> None:
    boxes = squarified(found, 640, 360)
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = one.x + one.width <= other.x + 1e-6 or other.x + other.width <= one.x + 1e-6
            above = one.y + one.height <= other.y + 1e-6 or other.y + other.height <= one.y + 1e-6
            assert beside or above


def test_rectangles_of_equal_sizes_are_near_to_squares() -> None:
    assert all(0.5 <= box.width / box.height <= 2 for box in squarified([1] * 12, 400, 300))


@given(st.lists(st.integers(0, 10**6), max_size=11), st.integers(0, 10**7))
def test_parts_of_a_bar_follow_one_another_within_it(counts: list[int], total: int) -> None:
    parts = bar_parts(counts, total)
    assert sum(part.width for part in parts) <= BAR_WIDTH + 1e-6
    assert all(part.width > 0 for part, count in zip(parts, counts, strict=True) if count)
    for one, following in pairwise(parts):
        assert one.x + one.width == pytest.approx(following.x, abs=1e-6)


@pytest.mark.parametrize(("span", "step"), [(1, 0.2), (10, 2), (47, 10), (0.003, 0.001), (5e9, 1e9)])
def test_marks_are_round(span: float, step: float) -> None:
    assert round_step(span) == pytest.approx(step)
    assert len(linear_ticks(span, 100, str)) <= 7


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e15)), min_size=1, max_size=80))
def test_every_point_of_a_line_is_drawn_within_the_plot(values: list[float | None]) -> None:
    plot = lines_plot([("p50", values)], [str(number) for number in range(len(values))], str)
    points = [value for value in values if value is not None]
    if plot is None:
        assert not points
        return
    [line] = plot.lines
    drawn = [tuple(map(float, point.split())) for path in line.paths for point in path[1:].split("L")]
    drawn += line.dots
    assert len(drawn) == len(points)
    assert all(0 <= x <= WIDTH and -0.1 <= y <= HEIGHT + 0.1 for x, y in drawn)


def test_a_gap_parts_a_line() -> None:
    plot = lines_plot([("p50", [1, 2, None, 3, None, 4, 5])], list("abcdefg"), str)
    assert plot is not None
    assert (len(plot.lines[0].paths), len(plot.lines[0].dots)) == (2, 1)


def test_nothing_is_drawn_of_nothing() -> None:
    assert lines_plot([("p50", [None, None])], ["a", "b"], str) is None
    assert columns_plot([0, 0], ["a", "b"], str) is None
