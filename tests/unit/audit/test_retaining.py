"""When the daemon removes what is old, and what the bounds of its settings mean at that time."""

from __future__ import annotations

from random import Random

import pytest

from verifierd.audit.retaining import delay_s
from verifierd.audit.retention import DAY_NS, GIB, Bounds, Rules

NOW_NS = 1_800_000_000_000_000_000


@pytest.mark.parametrize(("is_soon", "least_s", "most_s"), [(True, 324, 396), (False, 3240, 3960)])
def test_removals_are_spread_around_their_times(is_soon: bool, least_s: float, most_s: float) -> None:
    random = Random(8)
    delays = [delay_s(3600.0, random, is_soon=is_soon) for _ in range(100)]
    assert len(set(delays)) == 100
    assert least_s <= min(delays) < max(delays) <= most_s


@pytest.mark.parametrize(
    ("bounds", "rules"),
    [
        (Bounds(days=90), Rules(NOW_NS - 90 * DAY_NS, None, "older than 90 days; removed by me")),
        (Bounds(gib=0.5), Rules(None, GIB // 2, "beyond 0.5 GiB; removed by me")),
        (Bounds(1, 2), Rules(NOW_NS - DAY_NS, 2 * GIB, "older than 1 days or beyond 2 GiB; removed by me")),
    ],
)
def test_bounds_are_rules_at_a_time(bounds: Bounds, rules: Rules) -> None:
    assert not bounds.are_none
    assert bounds.rules(NOW_NS, "me") == rules


def test_without_a_bound_everything_is_kept() -> None:
    assert Bounds().are_none
    assert not Bounds(days=0).are_none
