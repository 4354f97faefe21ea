from __future__ import annotations

from random import Random
from typing import Any

import pytest

from verifierd.selection.probing.shapes import POOL, fits, shape_of
from verifierd.selection.probing.values import mutated

MANY = POOL + 501


@pytest.mark.parametrize(
    ("usual", "rare"),
    [
        pytest.param([(n, n) for n in range(MANY)], (), id="a tuple of another length"),
        pytest.param([[n, n + 1] for n in range(MANY)], [None, 1, "x"], id="None among numbers"),
        pytest.param([{"k": n} for n in range(MANY)], {"m": 1}, id="another key"),
        pytest.param([f"{n % 9}-{n % 7}" for n in range(MANY)], "1-2-3", id="a text of another pattern"),
        pytest.param(list(range(MANY)), b"", id="another type"),
    ],
)
def test_a_value_unlike_those_looked_at_does_no_harm(usual: list[Any], rare: Any) -> None:
    """Of many values of a place not all are looked at."""
    values = list(usual)
    values.insert(1, rare)
    shape = shape_of(values)
    assert rare not in shape.pool
    for seed in range(50):
        mutated(rare, shape, Random(seed))
    assert not fits(rare, shape)


@pytest.mark.parametrize("seed", range(20))
def test_a_mutated_value_is_made_anew(seed: int) -> None:
    value = [[1, 2], [3, 4], [9, 9]]
    mutated(value, shape_of([value, [[5, 6]]]), Random(seed))
    assert value == [[1, 2], [3, 4], [9, 9]]


def test_what_was_seen_fits() -> None:
    values = [
        None,
        True,
        3,
        -1.5,
        2j,
        "a(b)",
        b"x",
        [1, 2],
        (1, "a"),
        {1},
        frozenset("a"),
        {"k": [1]},
        [],
        {},
    ]
    shape = shape_of(values)
    assert [value for value in values if not fits(value, shape)] == []
