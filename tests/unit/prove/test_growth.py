"""Growth is told from noise, and what grows does not hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.prove.growth import climb, grown
from tests.support.footprint import Footprint

MIB = 1 << 20
STILL = Footprint(80 * MIB, 900 * MIB, fds=20, processes=9, threads=12, cgroups=22, mounts=0)
AT = [2000, 8000, 14000, 20000]


def test_a_line_climbs_as_far_as_its_values_do() -> None:
    assert climb([0, 1, 2, 3], [5.0, 7.0, 9.0, 11.0]) == pytest.approx(6.0)
    assert climb([0, 1, 2, 3], [5.0, 7.0, 7.0, 5.0]) == pytest.approx(0.0)
    assert climb([4], [5.0]) == 0.0


def test_what_stands_still_holds() -> None:
    assert all(each.holds for each in grown([(at, STILL) for at in AT]))


@pytest.mark.parametrize(
    ("name", "by"), [("rss_bytes", 6 * MIB), ("host_used_bytes", 90 * MIB), ("fds", 1), ("cgroups", 1)]
)
def test_what_grows_from_sample_to_sample_does_not_hold(name: str, by: int) -> None:
    first = getattr(STILL, name)
    samples = [(at, replace(STILL, **{name: first + step * by})) for step, at in enumerate(AT)]
    assert [each.name for each in grown(samples) if not each.holds] == [name]


def test_one_high_sample_is_no_growth() -> None:
    samples = [(at, STILL) for at in AT]
    samples[1] = (AT[1], replace(STILL, rss_bytes=STILL.rss_bytes + 12 * MIB, fds=21))
    assert all(each.holds for each in grown(samples))
