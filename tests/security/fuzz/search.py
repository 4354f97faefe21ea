"""One property, searched by hypothesis: short and always alike in a test, long and seeded in a campaign."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

MEMORY_BOUND_BYTES = 512 << 20  # the largest cases have 1 MiB; what they may unpack to is bounded far below


@dataclass(frozen=True, slots=True)
class Property:
    """What must hold of every case that the strategy makes; `check` raises where it does not."""

    name: str
    cases: SearchStrategy[Any]
    check: Callable[[Any], None]


def search(prop: Property, examples: int, seed: int | None = None) -> int:
    """Check the property on so many cases. Returns how many were checked.

    Without a seed the cases are the same each time. A failing case is made small first, and is told in
    the notes of the exception.
    """
    count = 0

    def check(case: Any) -> None:
        nonlocal count
        count += 1
        prop.check(case)

    profile = settings(
        max_examples=examples,
        derandomize=seed is None,
        database=None,
        deadline=None,  # the properties bound their time themselves
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    searching = profile(given(prop.cases)(check))
    if seed is not None:
        searching = hypothesis.seed(seed)(searching)
    with _bounded_memory():
        searching()
    return count


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Fail where this process needed much more memory meanwhile than before (proc(5): clear_refs, VmHWM)."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _peak_bytes()
    yield
    grown = _peak_bytes() - before
    assert grown < MEMORY_BOUND_BYTES, f"{grown >> 20} MiB of memory were needed"


def _peak_bytes() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(line.split()[1]) << 10
