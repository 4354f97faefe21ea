"""The observer that counts: every event of the core as Prometheus metrics in a registry that is passed in."""

from __future__ import annotations

import time
from collections import Counter as Count
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from verifierd.model import Batch, Candidate, CandidateResult, Cost, ExecutionResult, Verdict
from verifierd.observing import Call, Observer, Stage, Work

SECOND_NS = 1_000_000_000
# From a run of a few milliseconds to the longest that is allowed.
RUN_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
# From a message to a sandbox to a day in the queue.
STAGE_BUCKETS_S = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0),
)
CALL_BUCKETS_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0, 1800.0)


class Counting(Observer):
    """Counts in a registry. Labels have few values, all known beforehand: no id and no text of a caller."""

    def __init__(
        self,
        registry: CollectorRegistry,
        tenants: Collection[str] = (),
        clock_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Register the metrics. Only `tenants` are told by name; `clock_s` gives seconds that only grow."""
        self._tenants = frozenset({"", *tenants})
        self._clock_s = clock_s
        self._verdicts = cache(_counter(registry, *VERDICTS, "verdict", "language").labels)
        self._executions = cache(_counter(registry, *EXECUTIONS, "verdict", "language").labels)
        self._execution_seconds = cache(_histogram(registry, *EXECUTION, RUN_BUCKETS_S, "language").labels)
        stages = _histogram(registry, *STAGES, STAGE_BUCKETS_S, "stage")
        self._stages = {stage: stages.labels(stage.value) for stage in Stage}
        self._batches = _counter(registry, *BATCHES, "stop_reason").labels
        self._batch_seconds = _histogram(registry, *BATCH, CALL_BUCKETS_S)
        self._duplicates = _counter(registry, *DUPLICATES)
        self._varying = _counter(registry, *VARYING)
        self._reruns = _counter(registry, *RERUNS)
        causes = _counter(registry, *INFRASTRUCTURE_ERRORS, "cause")
        self._lost, self._failed = causes.labels("sandbox"), causes.labels("service")
        self._tenant_candidates = cache(_counter(registry, *TENANT_CANDIDATES, "tenant").labels)
        self._tenant_cpu_seconds = cache(_counter(registry, *TENANT_CPU_SECONDS, "tenant").labels)
        self._costs = {name: _counter(registry, name, told) for name, told in COSTS.items()}
        self._work_seconds = cache(_histogram(registry, *WORK, CALL_BUCKETS_S, "language").labels)
        self._work_failed = _counter(registry, *WORK_FAILED)
        self._redelivered = _counter(registry, *REDELIVERED)
        self._dropped = _counter(registry, *DROPPED)
        self._calls_started = _counter(registry, *CALLS_STARTED, *CALL_LABELS).labels
        self._calls_handled = _counter(registry, *CALLS_HANDLED, *CALL_LABELS, "grpc_code").labels
        self._call_seconds = _histogram(registry, *CALL_SECONDS, CALL_BUCKETS_S, *CALL_LABELS).labels
        self._calls_open = Gauge(*CALLS_OPEN, CALL_LABELS, registry=registry).labels

    @contextmanager
    def call(self, method: str, traceparent: str) -> Iterator[Call]:
        """Count one call of the API while it lasts."""
        service, _, name = method.removeprefix("/").partition("/")
        began_s, call = self._clock_s(), _CountedCall()
        self._calls_started(service, name).inc()
        self._calls_open(service, name).inc()
        try:
            yield call
        finally:
            self._calls_open(service, name).dec()
            self._calls_handled(service, name, call.code).inc()
            self._call_seconds(service, name).observe(self._clock_s() - began_s)

    def candidate_judged(
        self, batch: Batch, candidate: Candidate, queued_at_ns: int, result: CandidateResult, cost: Cost
    ) -> None:
        """Count a candidate, and what was run for it."""
        self._verdicts(result.verdict.name, candidate.language).inc()
        if result.nondeterministic:
            self._varying.inc()
        if result.duplicate_of:
            self._duplicates.inc()
        else:
            self._count_executions(candidate.language, queued_at_ns, result)
        tenant = batch.tenant if batch.tenant in self._tenants else OTHER_TENANTS
        self._tenant_candidates(tenant).inc()
        self._tenant_cpu_seconds(tenant).inc(cost.cpu_time_ns / SECOND_NS)
        for name, amount in _amounts(cost):
            if amount:
                self._costs[name].inc(amount)

    def batch_ended(self, batch: Batch, stop_reason: str, started_at_ns: int, ended_at_ns: int) -> None:
        """Count a batch."""
        self._batches(stop_reason).inc()
        self._batch_seconds.observe(max(0, ended_at_ns - started_at_ns) / SECOND_NS)

    def stage_took(self, stage: Stage, seconds: float) -> None:
        """Count what a stage took."""
        self._stages[stage].observe(seconds)

    def judging_failed(self) -> None:
        """Count a fault of the service's own."""
        self._failed.inc()

    def work_done(self, work: Work) -> None:
        """Count what a worker did."""
        seconds = max(0, work.ended_at_ns - work.began_at_ns) / SECOND_NS
        self._work_seconds(work.language).observe(seconds)
        if work.runs_failed:
            self._work_failed.inc(work.runs_failed)

    def work_redelivered(self) -> None:
        """Count work that went to another worker."""
        self._redelivered.inc()

    def outcome_dropped(self) -> None:
        """Count an outcome that came too late."""
        self._dropped.inc()

    def _count_executions(self, language: str, queued_at_ns: int, result: CandidateResult) -> None:
        seconds = self._execution_seconds(language)
        verdicts: Count[Verdict] = Count(each.verdict for each in result.executions)
        ran_ns = compiled_ns = fork_ns = reruns = 0
        first: ExecutionResult | None = None
        ended_at_ns = 0
        for execution in result.executions:
            started_at_ns = execution.started_at_ns
            if not started_at_ns:  # it did not run, or an earlier equal run had done it
                continue
            if (built := execution.compilation) is not None:
                compiled_ns += built.ended_at_ns - built.started_at_ns
            elif first is not None:
                fork_ns += max(0, started_at_ns - ended_at_ns)
            first = first or execution
            ended_at_ns = execution.ended_at_ns
            ran_ns += ended_at_ns - started_at_ns
            reruns += execution.attempts > 1
            seconds.observe((ended_at_ns - started_at_ns) / SECOND_NS)
        for verdict, count in verdicts.items():
            self._executions(verdict.name, language).inc(count)
        if lost := verdicts[Verdict.INFRASTRUCTURE_ERROR]:
            self._lost.inc(lost)
        if reruns:
            self._reruns.inc(reruns)
        if first is None:
            return
        began_at_ns = first.started_at_ns if first.compilation is None else first.compilation.started_at_ns
        self.stage_took(Stage.QUEUE, max(0, began_at_ns - queued_at_ns) / SECOND_NS)
        self.stage_took(Stage.RUN, ran_ns / SECOND_NS)
        self.stage_took(Stage.FORK, fork_ns / SECOND_NS)
        if compiled_ns:
            self.stage_took(Stage.COMPILE, compiled_ns / SECOND_NS)


class _CountedCall(Call):
    """Keeps the code that a call ended with; a call that nobody ended was cut off."""

    code = "CANCELLED"

    def ended(self, code: str) -> None:
        self.code = code


def _amounts(cost: Cost) -> Iterator[tuple[str, float]]:
    yield from zip(
        COSTS,
        (
            cost.cpu_time_ns / SECOND_NS,
            cost.wall_time_ns / SECOND_NS,
            cost.memory_byte_ns / SECOND_NS,
            cost.executions,
            cost.executions_saved,
            cost.cache_hits,
            cost.money_usd,
            cost.generation_usd,
        ),
        strict=True,
    )


def _counter(registry: CollectorRegistry, name: str, told: str, *labels: str) -> Counter:
    return Counter(name, told, labels, registry=registry)


def _histogram(
    registry: CollectorRegistry, name: str, told: str, buckets: tuple[float, ...], *labels: str
) -> Histogram:
    return Histogram(name, told, labels, buckets=buckets, registry=registry)


VERDICTS = ("verifierd_verdicts_total", "Candidates that got their verdict.")
EXECUTIONS = ("verifierd_executions_total", "Executions by their verdict, those that were not run too.")
EXECUTION = ("verifierd_execution_seconds", "Wall time of a run in its sandbox.")
STAGES = ("verifierd_stage_seconds", "What the time of a candidate goes to.")
OTHER_TENANTS = "other"
TENANT_CANDIDATES = (
    "verifierd_tenant_candidates_total",
    "Candidates that got their verdict, by the tenants that the settings name.",
)
TENANT_CPU_SECONDS = ("verifierd_tenant_cpu_seconds_total", "CPU time of their executions.")
BATCHES = ("verifierd_batches_total", "Batches that ended, by why.")
BATCH = ("verifierd_batch_seconds", "Time from the start of a batch to its end.")
DUPLICATES = (
    "verifierd_duplicate_candidates_total",
    "Candidates that did not run, since an equal program of their batch had.",
)
VARYING = (
    "verifierd_nondeterministic_candidates_total",
    "Candidates of which two runs on the same probe input differed.",
)
RERUNS = (
    "verifierd_reruns_total",
    "Executions that took more than one run: a sandbox was lost, or it ended near its limit.",
)
INFRASTRUCTURE_ERRORS = (
    "verifierd_infrastructure_errors_total",
    "Failures of the service, never of a program: executions without a sandbox, candidates without a judge.",
)
COSTS = {
    "verifierd_cost_cpu_seconds_total": "CPU time of all executions.",
    "verifierd_cost_wall_seconds_total": "Wall time of all executions.",
    "verifierd_cost_memory_byte_seconds_total": "Peak memory times wall time of all executions.",
    "verifierd_cost_executions_total": "Executions that were made.",
    "verifierd_cost_executions_saved_total": "Executions that an equal program of the batch saved.",
    "verifierd_cost_cache_hits_total": "Executions that the result cache saved.",
    "verifierd_cost_usd_total": "What verifying cost, in US dollars by the price table.",
    "verifierd_cost_generation_usd_total": "What drawing the candidates cost, in US dollars as callers told.",
}
WORK = ("verifierd_work_seconds", "How long a worker had a candidate in hand.")
WORK_FAILED = ("verifierd_work_failed_runs_total", "Runs that a worker could not carry out.")
REDELIVERED = ("verifierd_work_redelivered_total", "Pieces of work that were given to another worker.")
DROPPED = ("verifierd_outcomes_dropped_total", "Outcomes of work that had one already.")
CALL_LABELS = ("grpc_service", "grpc_method")
CALLS_STARTED = ("grpc_server_started_total", "Calls of the API that began.")
CALLS_HANDLED = ("grpc_server_handled_total", "Calls of the API that ended, by their status code.")
CALLS_OPEN = ("grpc_server_open_calls", "Calls of the API that last.")
CALL_SECONDS = ("grpc_server_handling_seconds", "How long calls of the API lasted.")
