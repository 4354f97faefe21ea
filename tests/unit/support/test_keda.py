"""How many replicas KEDA and the autoscaler want of a lag."""

from __future__ import annotations

import pytest

from tests.support.keda import replicas

THRESHOLD = 10


@pytest.mark.parametrize(
    ("lag", "present", "wanted"),
    [(0, 3, 0), (1, 0, 1), (25, 0, 3), (25, 3, 3), (31, 3, 3), (34, 3, 4), (5, 3, 1), (5000, 3, 100)],
)
def test_replicas_follow_the_lag(lag: int, present: int, wanted: int) -> None:
    assert replicas(lag, THRESHOLD, present) == wanted
