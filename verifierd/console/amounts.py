"""Amounts as a person reads them: times, sizes, counts, shares, money and moments."""

from __future__ import annotations

import math
from datetime import UTC, datetime

MICROSECOND_NS = 1_000
MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000
_TIME_UNITS: tuple[tuple[float, str], ...] = (
    (86_400 * SECOND_NS, "d"),
    (3_600 * SECOND_NS, "h"),
    (60 * SECOND_NS, "min"),
    (SECOND_NS, "s"),
    (MILLISECOND_NS, "ms"),
    (MICROSECOND_NS, "µs"),
)
_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def duration(nanoseconds: float) -> str:
    """Return a time with three significant digits: 850 µs, 12.3 ms, 1.24 s, 3 min 20 s, 2 h 5 min."""
    if nanoseconds < MILLISECOND_NS:
        return f"{round(nanoseconds / MICROSECOND_NS)} µs" if nanoseconds > 0 else "0 s"
    if nanoseconds < SECOND_NS:
        return f"{_digits(nanoseconds / MILLISECOND_NS)} ms"
    seconds = nanoseconds / SECOND_NS
    if seconds < 120:
        return f"{_digits(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 120:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def time_axis(highest_ns: float) -> tuple[float, str]:
    """Return the one unit of time for an axis up to some nanoseconds: its nanoseconds, and its sign."""
    fitting = (unit for unit in _TIME_UNITS if highest_ns >= unit[0] * (5 if unit[0] > SECOND_NS else 1))
    return next(fitting, _TIME_UNITS[-1])


def size(size_bytes: float) -> str:
    """Return a number of bytes: 512 B, 1.5 KiB, 64 MiB."""
    power = 0
    while size_bytes >= 1024 and power + 1 < len(_SIZES):
        size_bytes /= 1024
        power += 1
    return f"{_digits(size_bytes) if power else int(size_bytes)} {_SIZES[power]}"


def count(number: int) -> str:
    """Return a count with its thousands parted: 1,234,567."""
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    """Return a count with its noun: 1 batch, 1,200 batches."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith(('ch', 's', 'x')) else 's'}"


def percent(share: float) -> str:
    """Return a share: 12.3 %."""
    return f"{100 * share:.1f} %"


def money(usd: float) -> str:
    """Return US dollars, small sums with three significant digits: $12.40, $0.0000123."""
    if not usd:
        return "$0"
    decimals = 2 if abs(usd) >= 1 else min(12, 2 - math.floor(math.log10(abs(usd))))
    return f"${usd:,.{decimals}f}"


def short_money(usd: float) -> str:
    """Return US dollars without idle zeros, for the marks of an axis: $0.00005, $12."""
    text = money(usd)
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(epoch_ns: int) -> str:
    """Return a moment in UTC to the second: 2026-11-27 16:24:05."""
    return _utc(epoch_ns).strftime("%Y-%m-%d %H:%M:%S")


def machine_moment(epoch_ns: int) -> str:
    """Return a moment as ISO 8601, for programs: 2026-11-27T16:24:05Z."""
    return _utc(epoch_ns).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(epoch_ns: int, now_ns: int) -> str:
    """Return how long ago a moment was: just now, 5 min ago, 3 d ago."""
    seconds = (now_ns - epoch_ns) // SECOND_NS
    for unit, unit_seconds in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= unit_seconds:
            return f"{seconds // unit_seconds} {unit} ago"
    return f"{seconds} s ago" if seconds >= 5 else "just now"


def _digits(value: float) -> str:
    """Return a number of 1 to 1,024 with three significant digits and no idle zeros."""
    text = f"{value:.{max(0, 2 - int(math.log10(value)))}f}" if value >= 1 else f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _utc(epoch_ns: int) -> datetime:
    # What a record says may be anything; a page is not lost by a time beyond the calendar.
    seconds = min(max(epoch_ns // SECOND_NS, 0), 253_402_300_799)
    return datetime.fromtimestamp(seconds, UTC)
