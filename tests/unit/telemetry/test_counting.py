"""What happened is counted once, under names that say what, in base units, with labels that are bounded."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from tests.unit.telemetry.results import BATCH, CANDIDATE, COST, QUEUED_AT_NS, SECOND_NS, result
from verifierd.model import CandidateResult, Verdict
from verifierd.observing import Stage
from verifierd.telemetry.counting import Counting


class Scene:
    """An observer that counts, and what it has counted."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.now_s = 100.0
        self.observer = Counting(self.registry, {"named"}, lambda: self.now_s)

    def judged(self, result: CandidateResult) -> None:
        self.observer.candidate_judged(BATCH, CANDIDATE, QUEUED_AT_NS, result, COST)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_candidate_is_counted_by_verdict_and_its_executions_by_theirs(scene: Scene) -> None:
    scene.judged(result(Verdict.ACCEPTED, Verdict.WRONG_ANSWER, Verdict.ACCEPTED))
    assert scene.value("verifierd_verdicts_total", verdict="WRONG_ANSWER", language="python") == 1
    assert scene.value("verifierd_executions_total", verdict="ACCEPTED", language="python") == 2
    assert scene.value("verifierd_executions_total", verdict="WRONG_ANSWER", language="python") == 1
    assert scene.value("verifierd_execution_seconds_sum", language="python") == pytest.approx(0.75)
    assert scene.value("verifierd_infrastructure_errors_total", cause="sandbox") == 0


def test_the_time_of_a_candidate_goes_to_stages(scene: Scene) -> None:
    scene.judged(result(*[Verdict.ACCEPTED] * 3))
    scene.observer.stage_took(Stage.STORE, 0.5)
    seconds = {stage.value: scene.value("verifierd_stage_seconds_sum", stage=stage.value) for stage in Stage}
    assert seconds == pytest.approx(
        {"queue": 1, "transfer": 0, "compile": 0.5, "fork": 0.25, "run": 0.75, "judge": 0, "store": 0.5}
    )


def test_a_duplicate_has_a_verdict_and_no_executions(scene: Scene) -> None:
    scene.judged(result(Verdict.ACCEPTED, duplicate_of="c7"))
    assert scene.value("verifierd_verdicts_total", verdict="ACCEPTED", language="python") == 1
    assert scene.value("verifierd_duplicate_candidates_total") == 1
    assert scene.value("verifierd_executions_total", verdict="ACCEPTED", language="python") is None


def test_a_failure_of_ours_is_told_from_one_of_the_program(scene: Scene) -> None:
    scene.judged(result(Verdict.ACCEPTED, Verdict.INFRASTRUCTURE_ERROR, attempts=3))
    scene.observer.judging_failed()
    assert scene.value("verifierd_infrastructure_errors_total", cause="sandbox") == 1
    assert scene.value("verifierd_infrastructure_errors_total", cause="service") == 1
    assert scene.value("verifierd_reruns_total") == 2


def test_a_program_that_varies_is_counted(scene: Scene) -> None:
    scene.judged(replace(result(Verdict.ACCEPTED), nondeterministic=True))
    assert scene.value("verifierd_nondeterministic_candidates_total") == 1


def test_a_bill_adds_up_in_base_units(scene: Scene) -> None:
    scene.judged(result(Verdict.ACCEPTED))
    scene.judged(result(Verdict.ACCEPTED))
    cost = {
        name: scene.value(f"verifierd_cost_{name}_total")
        for name in ("cpu_seconds", "wall_seconds", "memory_byte_seconds", "executions", "executions_saved")
    }
    assert cost == {
        "cpu_seconds": 4,
        "wall_seconds": 6,
        "memory_byte_seconds": 10,
        "executions": 20,
        "executions_saved": 8,
    }
    assert scene.value("verifierd_cost_usd_total") == 1
    assert scene.value("verifierd_cost_generation_usd_total") == 0.5
    assert scene.value("verifierd_cost_cache_hits_total") == 2


def test_only_tenants_that_the_settings_name_are_told_by_name(scene: Scene) -> None:
    for tenant in ("named", "not named", "neither", ""):
        batch = replace(BATCH, tenant=tenant)
        scene.observer.candidate_judged(batch, CANDIDATE, QUEUED_AT_NS, result(Verdict.ACCEPTED), COST)
    counts = {
        tenant: scene.value("verifierd_tenant_candidates_total", tenant=tenant)
        for tenant in ("named", "other", "", "neither")
    }
    assert counts == {"named": 1, "other": 2, "": 1, "neither": None}
    assert scene.value("verifierd_tenant_cpu_seconds_total", tenant="other") == 4


def test_a_batch_is_counted_by_why_it_ended(scene: Scene) -> None:
    scene.observer.batch_ended(BATCH, "completed", QUEUED_AT_NS, QUEUED_AT_NS + 7 * SECOND_NS)
    assert scene.value("verifierd_batches_total", stop_reason="completed") == 1
    assert scene.value("verifierd_batch_seconds_sum") == 7


def test_a_call_is_open_until_it_ends_with_a_code(scene: Scene) -> None:
    labels = {"grpc_service": "verifier.v1.VerifierService", "grpc_method": "Verify"}
    with scene.observer.call("/verifier.v1.VerifierService/Verify", "") as call:
        assert scene.value("grpc_server_open_calls", **labels) == 1
        assert scene.value("grpc_server_started_total", **labels) == 1
        scene.now_s += 2.5
        call.ended("OK")
    assert scene.value("grpc_server_open_calls", **labels) == 0
    assert scene.value("grpc_server_handled_total", **labels, grpc_code="OK") == 1
    assert scene.value("grpc_server_handling_seconds_sum", **labels) == 2.5


def test_no_id_becomes_a_label(scene: Scene) -> None:
    scene.judged(result(Verdict.ACCEPTED))
    values = {
        value
        for family in scene.registry.collect()
        for sample in family.samples
        for value in sample.labels.values()
    }
    assert not values & {BATCH.id, BATCH.request_id, BATCH.problem.id, CANDIDATE.id}


def test_counting_a_candidate_of_ten_tests_takes_no_time_beside_running_it(scene: Scene) -> None:
    judged = result(*[Verdict.ACCEPTED] * 10)
    times = []
    for _ in range(200):
        began_s = time.thread_time()
        scene.judged(judged)
        scene.observer.stage_took(Stage.JUDGE, 0.001)
        times.append(time.thread_time() - began_s)
    assert sorted(times)[100] < 0.001  # running it takes 25 ms and more; measured: 0.1 ms
