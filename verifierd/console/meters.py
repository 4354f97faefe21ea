"""What runs used of what they were allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandboxes.model import Limits
from verifierd.console import amounts
from verifierd.model import ExecutionResult


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter: the most that a run used, what was allowed, and their ratio, at most 1."""

    name: str
    used: str
    allowed: str
    share: float


def meters(executions: Sequence[ExecutionResult], limits: Limits) -> tuple[Meter, ...]:
    """Return each meter with the most that any of these executions used of it."""
    if not executions:
        return ()
    return (
        _meter(
            "CPU time", max(each.cpu_time_ns for each in executions), limits.cpu_time_ns, amounts.duration
        ),
        _meter(
            "Wall time", max(each.wall_time_ns for each in executions), limits.wall_time_ns, amounts.duration
        ),
        _meter(
            "Memory", max(each.peak_memory_bytes for each in executions), limits.memory_bytes, amounts.size
        ),
        _meter(
            "Output", max(each.stdout_total_bytes for each in executions), limits.output_bytes, amounts.size
        ),
    )


def _meter(name: str, used: int, allowed: int, told: Callable[[float], str]) -> Meter:
    return Meter(name, told(used), told(allowed), min(1.0, used / allowed) if allowed > 0 else 0.0)
