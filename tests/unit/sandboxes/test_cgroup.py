"""What a run group writes and reads of its cgroups, in the kernel's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandboxes.inside import cgroup
from sandboxes.inside.cgroup import SWAP_LIMIT, CgroupV1, without_files
from sandboxes.inside.groups import field

STAT = "cache 10\nrss 20\nrss_huge 5\nshmem 3\ntotal_cache 99\ntotal_rss 98\n"


@pytest.mark.parametrize(
    ("name", "number"),
    [("cache", 10), ("rss", 20), ("rss_huge", 5), ("shmem", 3), ("total_rss", 98), ("swap", 0), ("r", 0)],
)
def test_a_number_is_found_by_its_whole_name(name: str, number: int) -> None:
    assert field(STAT, name) == number


def test_a_number_may_have_a_unit_and_no_line_feed_after_it() -> None:
    assert field("HeapAlloc:     123 kB", "HeapAlloc:") == 123


def test_cached_pages_of_files_are_no_peak_of_the_program_s() -> None:
    assert without_files(100, cached=30, in_memory_files=5, anonymous=20) == 75
    assert without_files(40, cached=30, in_memory_files=5, anonymous=20) == 25


class Written:
    """Stands for a cgroup file system: takes down what is written where."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, mount: Path, counts_swap: bool) -> None:
        self.limits: list[tuple[str, int]] = []
        for kind in ("memory", "pids", "cpuacct"):
            (mount / kind).mkdir()
        monkeypatch.setattr(cgroup, "MOUNT", str(mount))
        monkeypatch.setattr(cgroup, "write", self._write)
        monkeypatch.setattr(cgroup, "Meter", lambda path, mode=0: path)
        monkeypatch.setattr("os.path.exists", lambda path: counts_swap)

    def _write(self, path: str, text: str) -> None:
        if "memory." in path:
            self.limits.append((path.rpartition("/")[2], int(text)))


@pytest.mark.parametrize("counts_swap", [True, False])
def test_at_no_time_is_the_limit_with_swap_below_the_one_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, counts_swap: bool
) -> None:
    written = Written(monkeypatch, tmp_path, counts_swap)
    group = CgroupV1("g", 100, 1)
    for memory_bytes in (300, 300, 200, 50, 400):
        group.limit(memory_bytes, 1)
    of_memory = [bound for name, bound in written.limits if name == "memory.limit_in_bytes"]
    assert of_memory == [100, 300, 200, 50, 400], "and what is the same is not written again"
    swap = [bound for name, bound in written.limits if name == SWAP_LIMIT]
    assert swap == (of_memory if counts_swap else [])
    now = {"memory.limit_in_bytes": 1 << 60, SWAP_LIMIT: 1 << 60}
    for name, bound in written.limits:
        now[name] = bound
        assert not counts_swap or now["memory.limit_in_bytes"] <= now[SWAP_LIMIT]
