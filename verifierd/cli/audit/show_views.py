"""One batch, candidate or execution of the store for a person: what is known of it, and what it wrote."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sandboxes.model import Limits
from verifierd.audit.entries import BatchBegun, BatchEnded, CandidateJudged
from verifierd.audit.found import BatchRow, CandidateRow, execution_name, first_id
from verifierd.audit.kept import kept_text
from verifierd.audit.recorded import ReadRecord, RecordedExecution
from verifierd.cli.audit.tables import facts, memory_text, state_text, time_text, verdicts_text
from verifierd.cli.audit.texts import readable, when, word
from verifierd.cli.output import money_text, plain
from verifierd.cli.words import plural, words
from verifierd.judging.showing import show_value
from verifierd.model import ExecutionResult, KilledBy

CLUSTERS_SHOWN = 8
MIB = 1 << 20


def batch_views(row: BatchRow, begun: BatchBegun, ended: BatchEnded | None) -> list[RenderableType]:
    """Return a batch: who asked, how it stands, and its summary where it has one."""
    total = f" of {row.candidates_total}" if row.candidates_total else ""
    count = row.candidates_finished - row.candidates_judged
    cancelled = f", {count} cancelled" if count else ""
    labels = ", ".join(f"{name}={value}" for name, value in row.labels.items())
    kind = "durable" if row.is_durable else "of one call"
    known = facts(
        f"batch {row.id}",
        [
            ("state", Text.assemble(state_text(row), f", {kind}")),
            ("problem", Text.assemble(plain(row.problem_id), (f" {row.problem_sha256[:12]}", "dim"))),
            ("asked by", plain(row.requested_by)),
            ("tenant", plain(row.tenant)),
            ("request", plain(row.request_id)),
            ("trace", plain(row.trace_id)),
            ("labels", plain(labels)),
            ("submitted", when(row.submitted_at_ns)),
            ("started", when(row.started_at_ns)),
            ("ended", when(row.ended_at_ns)),
            ("stopped", row.stop_reason),
            ("cancelled", None if row.cancel_reason is None else plain(row.cancel_reason or "yes")),
            ("limits", limits_text(begun.limits)),
            ("candidates", f"{row.candidates_judged}{total} judged{cancelled}"),
            ("verdicts", verdicts_text(row.verdict_counts)),
            ("cost", None if row.money_usd is None else money_text(row.money_usd)),
            ("CPU", None if row.cpu_time_ns is None else time_text(row.cpu_time_ns)),
        ],
    )
    if ended is None:
        return [known]
    return [known, *_summary(ended)]


def candidate_views(row: CandidateRow, record: ReadRecord, judged: CandidateJudged) -> list[RenderableType]:
    """Return a candidate: its verdict, its executions and its program."""
    known = facts(
        f"candidate {row.candidate_id}",
        [
            ("record", str(row.sequence)),
            ("batch", plain(row.batch_id)),
            ("recorded", when(row.recorded_at_ns)),
            ("language", plain(row.language)),
            ("program", plain(row.program_sha256)),
            ("verdict", words(word(row.verdict))),
            ("why", plain(judged.result.detail)),
            ("same as", plain(row.duplicate_of)),
            ("tests", f"{row.tests_passed} of {row.tests_total} passed"),
            ("CPU", time_text(row.cpu_time_ns) if row.has_run else None),
            ("memory", memory_text(row.peak_memory_bytes) if row.has_run else None),
            ("cost", money_text(row.money_usd)),
            ("redacted", plural(judged.redactions, "place") if judged.redactions else None),
            ("hash", record.hash.hex()),
            *(("lost", Text(words_, style="red")) for _, words_ in record.lost),
        ],
    )
    views: list[RenderableType] = [known]
    if judged.result.executions:
        views.append(_executions(row, judged))
    if judged.candidate.source:
        views.append(_block("program", readable(judged.candidate.source)))
    return views


def execution_views(execution: RecordedExecution) -> list[RenderableType]:
    """Return an execution: under what it ran, what it took, what it wrote."""
    row, begun, judged, result = execution.row, execution.begun, execution.judged, execution.result
    rows: list[tuple[str, RenderableType | None]] = [
        ("batch", plain(row.batch_id)),
        ("problem", plain(row.problem_id)),
        ("candidate", plain(row.candidate_id)),
        ("test", plain(row.test_id)),
        ("recorded", when(row.recorded_at_ns)),
        ("language", plain(row.language)),
        ("verdict", words(word(row.verdict))),
    ]
    if result is not None:
        rows += [
            ("why", plain(result.detail)),
            ("checker", plain(result.checker)),
            ("ended by", _ending(result)),
            ("queued", _stage(result.queued_at_ns, result.started_at_ns)),
            ("ran", _stage(result.started_at_ns, result.ended_at_ns)),
            ("attempts", str(result.attempts) if result.attempts > 1 else None),
            ("image", plain(result.image_digest)),
            ("from cache", "yes" if result.from_cache else None),
        ]
    rows += [
        ("CPU", time_text(row.cpu_time_ns) if row.has_run else None),
        ("wall", time_text(row.wall_time_ns) if row.has_run else None),
        ("memory", memory_text(row.peak_memory_bytes) if row.has_run else None),
        ("limits", None if begun is None else limits_text(begun.limits)),
        ("sandbox", plain(" ".join(filter(None, (row.backend, row.worker_id, row.sandbox_id))))),
    ]
    if begun is not None:
        rows += [
            ("asked by", plain(begun.asker.requested_by)),
            ("tenant", plain(begun.asker.tenant)),
            ("trace", plain(begun.asker.trace_id)),
        ]
    if execution.record is not None:
        rows += [
            ("hash", execution.record.hash.hex()),
            ("hash before", execution.record.previous_hash.hex()),
        ]
    rows += [("lost", Text(each, style="red")) for each in execution.lost]
    views: list[RenderableType] = [facts(f"execution {row.name}", rows)]
    if result is not None:
        views += output_views(result, 0 if judged is None else judged.redactions)
    if judged is not None and judged.candidate.source:
        views.append(_block("program", readable(judged.candidate.source)))
    return views


def output_views(result: ExecutionResult, redactions: int) -> Iterator[RenderableType]:
    """Yield what an execution wrote and returned; nothing for what is empty.

    `redactions` are those of its candidate.
    """
    for name, content, total_bytes in (
        ("standard output", result.stdout, result.stdout_total_bytes),
        ("standard error", result.stderr, result.stderr_total_bytes),
    ):
        if content or total_bytes:
            told = kept_text(content, total_bytes, verdict=result.verdict, redactions=redactions)
            yield _block(f"{name}, {told}" if told else name, readable(content))
    if result.actual is not None:
        yield _block("returned", readable(show_value(result.actual[0])))


def limits_text(limits: Limits) -> str:
    """Return limits in a line."""
    return (
        f"{time_text(limits.cpu_time_ns)} CPU, {time_text(limits.wall_time_ns)} wall, "
        f"{limits.memory_bytes / MIB:g} MiB, output {limits.output_bytes} bytes, "
        f"{limits.processes} processes, {limits.open_files} files, disk {limits.disk_bytes / MIB:g} MiB"
    )


def _summary(ended: BatchEnded) -> Iterator[RenderableType]:
    event = ended.event
    if event.picks:
        picks = Text(", ").join(
            Text.assemble(plain(each.candidate_id), f" by {each.rule}", _chance(each.probability))
            for each in event.picks
        )
        yield Text.assemble(("picked ", "dim"), picks)
    if event.clusters:
        table = Table(expand=False)
        is_rated = any(each.probability is not None for each in event.clusters)
        for name in ("cluster", "candidates", "verdict", *(["probably right"] if is_rated else [])):
            table.add_column(name, justify="right" if name == "candidates" else "left")
        for each in event.clusters[:CLUSTERS_SHOWN]:
            table.add_row(
                each.id,
                str(len(each.candidate_ids)),
                words(word(each.verdict)),
                *(["" if each.probability is None else f"{each.probability:.0%}"] if is_rated else []),
            )
        if len(event.clusters) > CLUSTERS_SHOWN:
            table.caption = f"the largest {CLUSTERS_SHOWN} of {len(event.clusters)}"
        yield table
    if event.suite is not None:
        yield Text.assemble(("tests ", "dim"), plain(event.suite.summary))


def _executions(row: CandidateRow, judged: CandidateJudged) -> Table:
    table = Table(expand=False)
    for name in ("id", "test", "verdict", "CPU", "memory", "why"):
        is_number = name in {"CPU", "memory"}
        table.add_column(
            name,
            overflow="fold",
            justify="right" if is_number else "left",
            no_wrap=is_number or name == "id",
        )
    for place, each in enumerate(judged.result.executions):
        table.add_row(
            "" if row.duplicate_of else execution_name(first_id(row.sequence) + place),
            plain(each.test_id),
            words(word(each.verdict)),
            time_text(each.cpu_time_ns) if each.wall_time_ns else "",
            memory_text(each.peak_memory_bytes) if each.wall_time_ns else "",
            plain(each.detail),
        )
    return table


def _block(title: str, content: Text) -> RenderableType:
    content.rstrip()
    return Group(Text(title, style="dim"), Padding(content, (0, 0, 0, 2), expand=False))


def _ending(result: ExecutionResult) -> str | None:
    if result.killed_by is not KilledBy.NOBODY:
        return result.killed_by.name.replace("_", " ").lower()
    if result.term_signal is not None:
        return f"signal {result.term_signal}"
    return None if result.exit_code is None else f"exit code {result.exit_code}"


def _stage(began_at_ns: int, ended_at_ns: int) -> str | None:
    if not began_at_ns:
        return None
    return f"{when(began_at_ns)}, {time_text(max(0, ended_at_ns - began_at_ns))}" if ended_at_ns else None


def _chance(probability: float | None) -> str:
    return "" if probability is None else f" ({probability:.0%} right)"
