"""Of a trace that is sampled all of the way is told, from the call to the runs; of any other, nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler
from prometheus_client import CollectorRegistry

from tests.unit.telemetry.results import BATCH, CANDIDATE, COST, QUEUED_AT_NS, SECOND_NS, result
from verifierd.logs import bound_ids
from verifierd.model import Verdict
from verifierd.observing import Observer
from verifierd.telemetry.counting import Counting
from verifierd.telemetry.several import observer_of
from verifierd.telemetry.tracing import RUNS_SHOWN, Tracing

METHOD = "/verifier.v1.VerifierService/Verify"
CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"
ENDED_AT_NS = QUEUED_AT_NS + 100 * SECOND_NS


class Scene:
    """An observer that traces, and the spans that it made."""

    def __init__(self, sampler: Sampler) -> None:
        self._kept = InMemorySpanExporter()
        self.provider = TracerProvider(sampler=ParentBased(sampler), shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self.observer = Tracing(self.provider.get_tracer("test"), sampler, lambda: ENDED_AT_NS)

    def run(self, observer: Observer, *verdicts: Verdict, duplicate_of: str = "") -> None:
        observer.batch_began(BATCH, 1)
        judged = result(*verdicts, duplicate_of=duplicate_of)
        observer.candidate_judged(BATCH, CANDIDATE, QUEUED_AT_NS, judged, COST)
        observer.batch_ended(BATCH, "completed", QUEUED_AT_NS, ENDED_AT_NS)

    def spans(self) -> dict[str, list[ReadableSpan]]:
        by_name: dict[str, list[ReadableSpan]] = {}
        for span in self._kept.get_finished_spans():
            by_name.setdefault(span.name, []).append(span)
        return by_name

    def one(self, name: str) -> ReadableSpan:
        (span,) = self.spans()[name]
        return span


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene(ALWAYS_ON)
    yield made
    made.provider.shutdown()


def _parent(span: ReadableSpan) -> int:
    return span.parent.span_id if span.parent else 0


def _id(span: ReadableSpan) -> int:
    return span.context.span_id if span.context else 0


def test_spans_hang_together_from_the_caller_to_each_run(scene: Scene) -> None:
    with scene.observer.call(METHOD, CALLER + "01") as call:
        assert call.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
        scene.run(scene.observer, Verdict.ACCEPTED, Verdict.WRONG_ANSWER)
        call.ended("OK")
    served, batch, candidate = map(scene.one, (METHOD[1:], "batch", "candidate"))
    assert _parent(served) == 0x00F067AA0BA902B7
    assert (_parent(batch), _parent(candidate)) == (_id(served), _id(batch))
    below = [*scene.spans()["queue"], *scene.spans()["compile"], *scene.spans()["run"]]
    assert [_parent(each) for each in below] == [_id(candidate)] * 4
    traces = {each.context.trace_id for spans in scene.spans().values() for each in spans if each.context}
    assert traces == {0x4BF92F3577B34DA6A3CE929D0E0E4736}


def test_spans_of_a_candidate_have_the_times_of_its_result(scene: Scene) -> None:
    scene.run(scene.observer, Verdict.ACCEPTED, Verdict.ACCEPTED)
    times = {
        name: [((each.start_time or 0) - QUEUED_AT_NS, (each.end_time or 0) - QUEUED_AT_NS) for each in spans]
        for name, spans in scene.spans().items()
    }
    second, eighth = SECOND_NS, SECOND_NS // 8
    assert times["queue"] == [(0, second)]
    assert times["compile"] == [(second, second + 4 * eighth)]
    assert times["run"] == [
        (second + 4 * eighth, second + 6 * eighth),
        (second + 7 * eighth, second + 9 * eighth),
    ]
    assert times["candidate"] == [(0, 100 * second)]


def test_a_duplicate_has_no_runs_and_names_the_one_that_did(scene: Scene) -> None:
    scene.run(scene.observer, Verdict.ACCEPTED, duplicate_of="c9")
    assert (scene.one("candidate").attributes or {})["verifierd.duplicate_of"] == "c9"
    assert "run" not in scene.spans()


def test_a_candidate_of_many_tests_has_a_bounded_number_of_spans(scene: Scene) -> None:
    scene.run(scene.observer, *[Verdict.ACCEPTED] * (RUNS_SHOWN + 5))
    assert len(scene.spans()["run"]) == RUNS_SHOWN
    assert (scene.one("candidate").attributes or {})["verifierd.runs_not_shown"] == 5


def test_work_elsewhere_is_below_its_batch(scene: Scene) -> None:
    assert scene.observer.traceparent(BATCH) == ""
    scene.observer.batch_began(BATCH, 1)
    traceparent = observer_of([Counting(CollectorRegistry()), scene.observer]).traceparent(BATCH)
    scene.observer.batch_ended(BATCH, "completed", QUEUED_AT_NS, ENDED_AT_NS)
    assert int(traceparent.split("-")[2], 16) == _id(scene.one("batch"))


@pytest.mark.parametrize(("code", "is_error"), [("INVALID_ARGUMENT", False), ("INTERNAL", True)])
def test_a_call_is_an_error_where_the_server_is_at_fault(scene: Scene, code: str, is_error: bool) -> None:
    with scene.observer.call(METHOD, "") as call:
        call.ended(code)
    served = scene.one(METHOD[1:])
    assert ((served.attributes or {})["rpc.grpc.status_code"], served.status.is_ok) == (code, not is_error)


def test_a_failure_of_ours_is_an_error_and_a_wrong_program_is_none(scene: Scene) -> None:
    scene.run(scene.observer, Verdict.WRONG_ANSWER)
    scene.run(scene.observer, Verdict.INFRASTRUCTURE_ERROR)
    assert [each.status.is_ok for each in scene.spans()["candidate"]] == [True, False]


def test_what_the_caller_does_not_sample_is_not_traced(scene: Scene) -> None:
    with scene.observer.call(METHOD, CALLER + "00") as call:
        assert call.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"  # logs name it all the same
        scene.run(scene.observer, Verdict.ACCEPTED)
    assert scene.spans() == {}


def test_what_is_not_in_the_share_is_not_traced() -> None:
    scene = Scene(ALWAYS_OFF)
    with scene.observer.call(METHOD, ""):
        scene.run(scene.observer, Verdict.ACCEPTED)
    scene.run(scene.observer, Verdict.ACCEPTED)
    assert scene.spans() == {}
    scene.provider.shutdown()


def test_a_durable_batch_hangs_below_the_call_that_submitted_it(scene: Scene) -> None:
    with scene.observer.call("/verifier.v1.VerifierService/SubmitBatch", CALLER + "01") as call:
        pass
    with bound_ids(trace_id=call.trace_id):  # as it runs later, in a task of its own
        scene.run(scene.observer, Verdict.ACCEPTED)
    assert _parent(scene.one("batch")) == _id(scene.one("verifier.v1.VerifierService/SubmitBatch"))


def test_a_durable_batch_of_an_earlier_daemon_stays_in_its_trace(scene: Scene) -> None:
    with bound_ids(trace_id="4bf92f3577b34da6a3ce929d0e0e4736"):
        scene.run(scene.observer, Verdict.ACCEPTED)
    context = scene.one("batch").context
    assert context is not None
    assert context.trace_id == 0x4BF92F3577B34DA6A3CE929D0E0E4736


def test_two_observers_are_told_as_one_and_the_trace_is_that_of_the_one_that_traces(scene: Scene) -> None:
    registry = CollectorRegistry()
    both = observer_of([Counting(registry), scene.observer])
    with both.call(METHOD, CALLER + "01") as call:
        scene.run(both, Verdict.ACCEPTED)
        call.ended("OK")
    labels = {"verdict": "ACCEPTED", "language": "python"}
    assert call.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert registry.get_sample_value("verifierd_verdicts_total", labels) == 1
    assert registry.get_sample_value("verifierd_batches_total", {"stop_reason": "completed"}) == 1
    assert BATCH.id == (scene.one("batch").attributes or {})["verifierd.batch_id"]
