"""What a request may ask for: sizes, counts and the allowed range of every limit."""

from __future__ import annotations

from dataclasses import dataclass

from sandboxes.model import Limits

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30
MILLISECOND_NS = 1_000_000
SECOND_NS = 1_000_000_000

DERIVED = 0
"""As `wall_time_ns` of the default limits: derive it from the CPU time, see `derived_wall_time_ns`."""

DEFAULT_LIMITS = Limits(
    cpu_time_ns=3 * SECOND_NS,
    wall_time_ns=DERIVED,
    memory_bytes=GIB,
    output_bytes=MIB,
    processes=128,
    open_files=256,
    disk_bytes=64 * MIB,
)

MIN_LIMITS = Limits(
    cpu_time_ns=10 * MILLISECOND_NS,
    wall_time_ns=10 * MILLISECOND_NS,
    memory_bytes=16 * MIB,
    output_bytes=1,
    processes=1,
    open_files=16,
    disk_bytes=4 * KIB,
)

MAX_LIMITS = Limits(
    cpu_time_ns=60 * SECOND_NS,
    wall_time_ns=600 * SECOND_NS,
    memory_bytes=8 * GIB,
    output_bytes=64 * MIB,
    processes=512,
    open_files=4096,
    disk_bytes=GIB,
)


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    """Bounds that a request must keep. What is above them is rejected, never clamped.

    `max_stdin_bytes` holds for one test's input and again for its expected output;
    `max_total_bytes` for all sources and test data of a batch together.
    """

    max_candidates: int = 100_000
    max_tests: int = 10_000
    max_source_bytes: int = MIB
    max_stdin_bytes: int = 64 * MIB
    max_total_bytes: int = GIB
    max_message_bytes: int = 256 * MIB
    default_limits: Limits = DEFAULT_LIMITS
    max_limits: Limits = MAX_LIMITS
    min_limits: Limits = MIN_LIMITS

    def derived_wall_time_ns(self, cpu_time_ns: int) -> int:
        """Return the wall limit of a request that gives none, in nanoseconds.

        It is the configured default, or with `DERIVED` three times the CPU limit and two seconds, so
        that it judges only a program that waits. It stays within the allowed range by itself.
        """
        configured = self.default_limits.wall_time_ns
        if configured != DERIVED:
            return configured
        return min(3 * cpu_time_ns + 2 * SECOND_NS, self.max_limits.wall_time_ns)
