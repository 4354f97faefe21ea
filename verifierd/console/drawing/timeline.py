"""When the stages of a candidate's executions were, as bars over one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifierd.console.amounts import duration
from verifierd.model import ExecutionResult

WIDTH = 1000
LEAST_WIDTH = 2.0
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one execution: `kind` is waiting, compiling or running; `told` says so with its length."""

    kind: str
    x: float
    width: float
    told: str


@dataclass(frozen=True, slots=True)
class Row:
    """The stages of one execution."""

    test_id: str
    verdict: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows over an axis of `span_ns` that begins when the first was queued; `left_out` rows are not shown."""

    rows: tuple[Row, ...]
    span_ns: int
    left_out: int


def timeline(executions: Sequence[ExecutionResult]) -> Timeline | None:
    """Return the timeline of those executions that have times; None where none has."""
    timed = [each for each in executions if each.started_at_ns and each.ended_at_ns]
    if not timed:
        return None
    shown = timed[:MOST_ROWS]
    start = min(each.queued_at_ns or each.started_at_ns for each in shown)
    span = max(1, max(each.ended_at_ns for each in shown) - start)
    rows = tuple(Row(each.test_id, each.verdict.name, _stages(each, start, span)) for each in shown)
    return Timeline(rows, span, len(timed) - len(shown))


def _stages(execution: ExecutionResult, start: int, span: int) -> tuple[Stage, ...]:
    compilation = execution.compilation
    times = [("waiting", execution.queued_at_ns or execution.started_at_ns, execution.started_at_ns)]
    if compilation is not None:
        times[0] = ("waiting", times[0][1], compilation.started_at_ns)
        times.append(("compiling", compilation.started_at_ns, compilation.ended_at_ns))
    times.append(("running", execution.started_at_ns, execution.ended_at_ns))
    return tuple(
        Stage(
            kind,
            min(WIDTH - LEAST_WIDTH, max(0.0, (begun - start) / span * WIDTH)),
            max(LEAST_WIDTH, (ended - begun) / span * WIDTH),
            f"{kind} {duration(ended - begun)}",
        )
        for kind, begun, ended in times
        if ended > begun
    )
