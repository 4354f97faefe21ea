from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.selection.partitions import log_partition, log_partitions_without


def partitions(programs: int) -> Iterator[list[int]]:
    """The sizes of every partition of so many named programs, each partition once."""

    def seat(placed: int, tables: list[int]) -> Iterator[list[int]]:
        if placed == programs:
            yield list(tables)
            return
        for place in range(len(tables)):
            tables[place] += 1
            yield from seat(placed + 1, tables)
            tables[place] -= 1
        tables.append(1)
        yield from seat(placed + 1, tables)
        tables.pop()

    return seat(0, [])


@pytest.mark.parametrize(("concentration", "discount"), [(1.0, 0.0), (0.3, 0.5), (7.0, 0.9), (2.5, 0.2)])
@pytest.mark.parametrize("programs", [1, 2, 5, 7])
def test_the_chances_of_all_partitions_add_up_to_one(
    programs: int, concentration: float, discount: float
) -> None:
    logs = [log_partition(np.array(each), concentration, discount) for each in partitions(programs)]
    assert math.fsum(map(math.exp, logs)) == pytest.approx(1.0)


sizes = st.lists(st.integers(1, 40), max_size=12)


@given(sizes, st.floats(0.05, 50), st.floats(0, 0.95))
def test_without_each_table_is_the_partition_of_the_others(
    drawn: list[int], concentration: float, discount: float
) -> None:
    found = log_partitions_without(np.array(drawn, dtype=np.int64), concentration, discount)
    expected = [
        log_partition(np.array(drawn[:place] + drawn[place + 1 :], dtype=np.int64), concentration, discount)
        for place in range(len(drawn))
    ]
    assert found == pytest.approx(expected, abs=1e-6)


def test_one_by_one_is_the_restaurants_own_rule() -> None:
    seated = [[1], [2], [2, 1], [3, 1], [3, 1, 1]]
    chances = [
        math.exp(log_partition(np.array(after), 2.0, 0.25) - log_partition(np.array(before), 2.0, 0.25))
        for before, after in pairwise(seated)
    ]
    expected = [(1 - 0.25) / 3, (2 + 0.25) / 4, (2 - 0.25) / 5, (2 + 0.5) / 6]
    assert chances == pytest.approx(expected)
