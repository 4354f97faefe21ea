"""What the parts of the daemon get is what was configured, in their units."""

from __future__ import annotations

import os
from pathlib import Path

from sandboxes.settings import LIMIT_NAMES
from verifierd.admission import AdmissionLimits
from verifierd.config import convert, load_settings


def test_the_defaults_are_those_of_admission_itself() -> None:
    assert convert.admission_limits(load_settings()) == AdmissionLimits()


def test_seconds_and_mebibytes_become_nanoseconds_and_bytes(tmp_path: Path) -> None:
    file = tmp_path / "verifierd.toml"
    file.write_text("[limits.default]\ncpu_time_s = 0.25\nwall_time_s = 1.5\nmemory_mib = 64\n")
    limits = convert.admission_limits(load_settings(file)).default_limits
    assert (limits.cpu_time_ns, limits.wall_time_ns, limits.memory_bytes) == (
        250_000_000,
        1_500_000_000,
        64 << 20,
    )


def test_sandboxes_are_one_a_core_unless_configured(tmp_path: Path) -> None:
    file = tmp_path / "verifierd.toml"
    file.write_text("[sandbox]\ncount = 5\n")
    assert convert.sandbox_count(load_settings(file)) == 5
    assert convert.sandbox_count(load_settings()) == len(os.sched_getaffinity(0))


def test_every_limit_that_may_go_unenforced_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "verifierd.toml"
    file.write_text(f"[sandbox]\nallow_unenforced = {sorted(LIMIT_NAMES)}\n")
    assert convert.sandbox_settings(load_settings(file)).unenforced_limits_allowed == LIMIT_NAMES


def test_prices_reach_the_price_table(tmp_path: Path) -> None:
    file = tmp_path / "verifierd.toml"
    file.write_text(
        "[prices]\nusd_per_vcpu_second = 2.0\nusd_per_gib_second = 3.0\nusd_per_execution = 5.0\n"
    )
    table = convert.price_table(load_settings(file))
    assert (table.usd_per_vcpu_second, table.usd_per_gib_second, table.usd_per_execution) == (2.0, 3.0, 5.0)
