"""One candidate: its source, its tests with what differs, when its stages were, and what it used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from verifierd.audit.queries import BatchRow, CandidateRow
from verifierd.console import parameters
from verifierd.console.console import Console, absent
from verifierd.console.drawing.timeline import timeline
from verifierd.console.evidence import evidence
from verifierd.console.highlighting import highlighted
from verifierd.console.meters import meters
from verifierd.console.templating import address
from verifierd.console.text import cut, plain
from verifierd.model import ExecutionResult, Verdict

TESTS = 100
SHOWN_CHARS = 200_000
SHOWN_LINES = 4_000


def candidate(console: Console, request: Request) -> Response:
    """Show a candidate, and one of its tests in full: the one asked for, else the first that failed."""
    shelf = console.shelf
    batch = console.batch(request)
    row = _row(console, batch, request)
    if request.path_params["candidate"] != str(row.position):
        return RedirectResponse(address("batches", batch.id, "candidates", row.position), 303)
    kept = shelf.judged(row)
    judged = kept.thing
    limits = shelf.begun(batch).limits
    executions = judged.result.executions
    place = _place(request, executions)
    problem = shelf.problem(batch)
    start = place // TESTS * TESTS if place is not None else 0
    text = cut(judged.candidate.source, SHOWN_CHARS)
    lines = highlighted(text.shown, judged.candidate.language)
    before, after = shelf.neighbours(row.batch_id, row.position)
    near = after if after is not None else before
    beside = None if near is None else shelf.candidate(row.batch_id, near)
    return console.page(
        "candidate",
        row=row,
        judged=judged,
        result=judged.result,
        missing=(*kept.missing, *problem.missing),
        lines=lines[:SHOWN_LINES],
        lines_left_out=max(0, len(lines) - SHOWN_LINES),
        source_left_out=text.left_out,
        counts=Counter(each.verdict.name for each in executions),
        total=len(executions),
        executions=list(enumerate(executions))[start : start + TESTS],
        start=start,
        chosen=place,
        execution=None if place is None else executions[place],
        evidence=None
        if place is None
        else evidence(
            executions[place],
            problem.thing,
            kept.missing,
            limits.output_bytes if judged.redactions else None,
        ),
        timeline=timeline(executions),
        meters=meters(executions, limits),
        before=before,
        after=after,
        beside="" if beside is None else _typed(beside),
        size=TESTS,
    )


def source(console: Console, request: Request) -> Response:
    """Send a candidate's source as it was kept, as a file to be saved and never shown."""
    row = _row(console, console.batch(request), request)
    kept = console.shelf.judged(row)
    if kept.missing:
        return PlainTextResponse("\n".join(kept.missing), 500)
    return Response(
        kept.thing.candidate.source.encode("utf-8", "surrogatepass"),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(row)}"'},
    )


def _row(console: Console, batch: BatchRow, request: Request) -> CandidateRow:
    """Return the candidate that a path names, by its place or its id."""
    named = parameters.checked(request.path_params["candidate"], "candidate")
    row = console.shelf.candidate_named(batch.id, named)
    if row is None:
        raise absent(f"verdict on candidate {named} of batch {batch.id!r}, by its place or its id")
    return row


def _place(request: Request, executions: Sequence[ExecutionResult]) -> int | None:
    """Return which execution is shown in full; None where there is none."""
    asked = parameters.number(request, "test")
    if asked is not None:
        if asked >= len(executions):
            raise absent(f"test {asked} of this candidate")
        return asked
    fine = (Verdict.ACCEPTED, Verdict.SKIPPED)
    failed = (place for place, each in enumerate(executions) if each.verdict not in fine)
    return next(failed, 0 if executions else None)


def _typed(row: CandidateRow) -> str:
    """Return what a person may type for a candidate: its id, or its place where the id cannot be typed."""
    name = row.candidate_id
    is_plain = plain(name) == name.strip() and len(name) <= parameters.MOST_CHARS
    return name if name and is_plain else str(row.position)


def _file_name(row: CandidateRow) -> str:
    return f"candidate-{row.sequence}.txt"
