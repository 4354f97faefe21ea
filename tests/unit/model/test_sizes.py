from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.judging.values import values
from verifierd.model.sizes import OBJECT_BYTES, bytes_of

MUCH = 1 << 30


@given(values, st.integers(0, 2000))
def test_counting_stops_at_enough_and_agrees_below(value: Any, enough: int) -> None:
    whole = bytes_of(value, MUCH)
    assert (bytes_of(value, enough) >= enough) == (whole >= enough)
    assert whole >= OBJECT_BYTES


@pytest.mark.parametrize(
    ("value", "at_least"),
    [
        ("x" * 1000, 1000),
        (b"x" * 1000, 1000),
        (1 << 8000, 1000),
        ([0] * 1000, 32_000),
        ({"k": "x" * 1000}, 1000),
    ],
    ids=range(5),
)
def test_content_counts(value: Any, at_least: int) -> None:
    assert at_least <= bytes_of(value, MUCH) < at_least + 200


def test_depth_costs_no_recursion() -> None:
    deep: list[Any] = []
    for _ in range(50_000):
        deep = [deep]
    assert bytes_of(deep, MUCH) == 50_001 * OBJECT_BYTES
