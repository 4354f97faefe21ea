"""Amounts are written so that a person reads them at a glance."""

from __future__ import annotations

import pytest

from verifierd.console import amounts


@pytest.mark.parametrize(
    ("nanoseconds", "told"),
    [
        (0, "0 s"),
        (850_000, "850 µs"),
        (12_340_000, "12.3 ms"),
        (2_000_000_000, "2 s"),
        (1_236_000_000, "1.24 s"),
        (200 * 10**9, "3 min 20 s"),
        (7500 * 10**9, "2 h 5 min"),
        (3 * 86_400 * 10**9, "3 d 0 h"),
        (-5, "0 s"),
    ],
)
def test_a_time_has_three_digits(nanoseconds: int, told: str) -> None:
    assert amounts.duration(nanoseconds) == told


@pytest.mark.parametrize(
    ("size_bytes", "told"),
    [(0, "0 B"), (512, "512 B"), (1536, "1.5 KiB"), (1 << 28, "256 MiB"), (1 << 70, "1048576 PiB")],
)
def test_a_size_is_in_its_unit(size_bytes: int, told: str) -> None:
    assert amounts.size(size_bytes) == told


@pytest.mark.parametrize(
    ("usd", "told"), [(0, "$0"), (12.4, "$12.40"), (1234.5, "$1,234.50"), (0.0000123, "$0.0000123")]
)
def test_small_sums_keep_their_digits(usd: float, told: str) -> None:
    assert amounts.money(usd) == told


def test_a_moment_beyond_the_calendar_is_no_error() -> None:
    assert amounts.moment(1 << 62) == "2116-02-20 23:53:38"
    assert amounts.moment(10**30).startswith("9999-12-31")
    assert amounts.moment(-5) == "1970-01-01 00:00:00"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(-3, "just now"), (2, "just now"), (59, "59 s ago"), (60, "1 min ago"), (90_000, "1 d ago")],
)
def test_the_past_is_told_in_one_unit(seconds: int, told: str) -> None:
    now = 10**18
    assert amounts.ago(now - seconds * 10**9, now) == told


def test_counts_take_their_noun() -> None:
    assert [amounts.plural(number, "batch") for number in (1, 1200)] == ["1 batch", "1,200 batches"]
    assert amounts.plural(0, "test") == "0 tests"


@pytest.mark.parametrize(
    ("highest_ns", "unit"),
    [
        (0, (1_000, "µs")),
        (4_000_000, (1_000_000, "ms")),
        (200 * 10**9, (10**9, "s")),
        (301 * 10**9, (60 * 10**9, "min")),
        (9 * 3600 * 10**9, (3600 * 10**9, "h")),
        (10**18, (86_400 * 10**9, "d")),
    ],
)
def test_an_axis_of_times_has_one_unit(highest_ns: float, unit: tuple[float, str]) -> None:
    assert amounts.time_axis(highest_ns) == unit
