"""Two candidates of a batch, or of two clusters, side by side, with the inputs that tell them apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from verifierd.audit.comparing import answer_to
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.queries import CandidateRow
from verifierd.console import parameters
from verifierd.console.console import Console, absent
from verifierd.console.differences import compared
from verifierd.console.evidence import Evidence, Shown, evidence, given, test_of
from verifierd.console.shelf import Kept
from verifierd.console.templating import address
from verifierd.model import BatchFinished, CandidateResult, ExecutionResult, Problem, Verdict

CLUSTER = "cluster-"
MOST_INPUTS = 100
SOURCE_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its row, its record, and the cluster that it stands for, if it was asked for by one."""

    row: CandidateRow
    kept: Kept[CandidateJudged]
    cluster_id: str

    @property
    def result(self) -> CandidateResult:
        """Return what verifying it found."""
        return self.kept.thing.result

    @property
    def source(self) -> str:
        """Return its program."""
        return self.kept.thing.candidate.source


@dataclass(frozen=True, slots=True)
class Apart:
    """A test or a probe input on which the two did not do the same."""

    input_id: str
    is_probe: bool
    left: str
    right: str
    given: tuple[Shown, ...]


def compare(console: Console, request: Request) -> Response:
    """Show two candidates side by side."""
    shelf = console.shelf
    batch = console.batch(request)
    if beside := parameters.text(request, "beside"):
        return _led(console, request, batch.id, beside)
    ended = shelf.ended(batch)
    left, right = (_side(console, batch.id, ended, request, name) for name in ("left", "right"))
    problem = shelf.problem(batch)
    apart = list(_apart(left.result, right.result, problem.thing))
    tests = [each for each in apart if not each.is_probe]
    asked = parameters.text(request, "test")
    if asked and asked not in {each.input_id for each in tests}:
        raise absent(f"test {asked!r} that tells these two apart")
    test_id = asked or next((each.input_id for each in tests), "")
    output_bytes = shelf.begun(batch).limits.output_bytes
    sides = [_evidence(each, test_id, problem.thing, output_bytes) for each in (left, right)]
    outputs = [_seen(each) for each in sides]
    return console.page(
        "compare",
        batch=batch,
        asked_left=parameters.text(request, "left"),
        asked_right=parameters.text(request, "right"),
        left=left,
        right=right,
        problem_missing=problem.missing,
        apart=apart[:MOST_INPUTS],
        apart_left_out=max(0, len(apart) - MOST_INPUTS),
        test_id=test_id,
        given=next((each.given for each in tests if each.input_id == test_id), ()),
        evidence=sides,
        executions=[_execution(each.result, test_id) for each in (left, right)],
        output_difference=compared(outputs[0], outputs[1])
        if all(sides) and outputs[0] != outputs[1]
        else None,
        source_difference=compared(left.source[:SOURCE_CHARS], right.source[:SOURCE_CHARS]),
        same_source=left.source == right.source,
    )


def _led(console: Console, request: Request, batch_id: str, beside: str) -> Response:
    """Lead to the address that has a candidate on the right which a person named: its id goes first."""
    shelf = console.shelf
    row = shelf.candidates_by_id(batch_id, [beside]).get(beside) or shelf.candidate_named(batch_id, beside)
    if row is None:
        raise absent(f"verdict on candidate {beside} of batch {batch_id!r}, by its id or its place")
    left = parameters.text(request, "left")
    return RedirectResponse(address("batches", batch_id, "compare", left=left, right=row.position), 303)


def _side(console: Console, batch_id: str, ended: BatchFinished | None, request: Request, name: str) -> Side:
    asked = parameters.text(request, name)
    if not asked:
        raise parameters.BadParameter(name, "is missing", f"a candidate's place or id, or {CLUSTER}ID")
    if not asked.startswith(CLUSTER):
        row = console.shelf.candidate_named(batch_id, asked)
        if row is None:
            raise absent(f"verdict on candidate {asked} of batch {batch_id!r}, by its place or its id")
        return Side(row, console.shelf.judged(row), "")
    cluster_id = asked.removeprefix(CLUSTER)
    cluster = next((each for each in (ended.clusters if ended else ()) if each.id == cluster_id), None)
    if cluster is None:
        raise absent(f"cluster {cluster_id!r} in this batch")
    first = cluster.candidate_ids[0]
    row = console.shelf.candidates_by_id(batch_id, [first]).get(first)
    if row is None:
        raise absent(f"candidate {first!r} of this batch")
    return Side(row, console.shelf.judged(row), cluster_id)


def _apart(left: CandidateResult, right: CandidateResult, problem: Problem | None) -> Iterator[Apart]:
    """Yield what tells two results apart: tests with other verdicts, then with other answers, then probes."""
    others = {each.test_id: each for each in right.executions}
    pairs = [(each, others[each.test_id]) for each in left.executions if each.test_id in others]
    differing = [pair for pair in pairs if _differ(*pair)]
    for one, other in sorted(differing, key=lambda pair: pair[0].verdict is pair[1].verdict):
        test = test_of(problem, one.test_id)
        yield Apart(
            one.test_id, False, one.verdict.name, other.verdict.name, given(test.body) if test else ()
        )
    inputs = {each.id: each.body for each in (problem.probes.inputs if problem and problem.probes else ())}
    probes = {each.probe_id: each for each in right.probes}
    for probe in left.probes:
        twin = probes.get(probe.probe_id)
        if twin is not None and probe.behaviour != twin.behaviour:
            body = inputs.get(probe.probe_id)
            yield Apart(probe.probe_id, True, answer_to(probe), answer_to(twin), given(body) if body else ())


def _differ(one: ExecutionResult, other: ExecutionResult) -> bool:
    if Verdict.SKIPPED in (one.verdict, other.verdict):
        return False
    return one.verdict is not other.verdict or one.behaviour != other.behaviour


def _execution(result: CandidateResult, test_id: str) -> ExecutionResult | None:
    return next((each for each in result.executions if each.test_id == test_id), None)


def _evidence(side: Side, test_id: str, problem: Problem | None, output_bytes: int) -> Evidence | None:
    execution = _execution(side.result, test_id)
    if execution is None:
        return None
    redacted_to_bytes = output_bytes if side.kept.thing.redactions else None
    return evidence(execution, problem, side.kept.missing, redacted_to_bytes)


def _seen(found: Evidence | None) -> str:
    """Return what a candidate answered, as far as it is known."""
    if found is None:
        return ""
    parts: Sequence[Shown] = (found.actual,) if found.actual else found.outputs
    return "\n".join(each.text.shown for each in parts)
