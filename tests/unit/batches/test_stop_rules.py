"""Rules that look at the whole batch stop it once they hold, and not before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.batches.scene import batch, decoded, engine, events_of, fake, results_in, summary_of
from verifierd import model
from verifierd.batches.engine import Engine
from verifierd.batches.pace import Pace
from verifierd.batches.settings import EngineSettings
from verifierd.economics.prices import PriceTable
from verifierd.model import (
    BatchOptions,
    Candidate,
    CandidateFinished,
    GenerationCost,
    SelectionSpec,
    StdioTest,
    StopDecided,
    Verdict,
)

pytestmark = pytest.mark.anyio

PRICED = EngineSettings(
    prices=PriceTable(usd_per_vcpu_second=1.0, usd_per_million_completion_tokens=2_000_000.0)
)


def priced(settings: EngineSettings = PRICED) -> Engine:
    return engine(fake(capacity=1), settings)


def tokens(count: int, sources: list[str]) -> list[Candidate]:
    return [
        Candidate(f"c{place}", "python", source, GenerationCost(completion_tokens=count))
        for place, source in enumerate(sources)
    ]


async def test_a_lead_beyond_doubt_ends_the_batch() -> None:
    options = BatchOptions(lead_tail=0.05)
    sources = (
        ["right"] * 2 + ["wrong"] + ["right 2", "right 3"] + [f"right {place}" for place in range(4, 40)]
    )
    events = await events_of(engine(fake(1)), batch(options=options), decoded(sources))
    assert summary_of(events).stop_reason == "confident"
    assert [event for event in events if isinstance(event, StopDecided)] == [StopDecided("confident", ())]
    accepted = [each for each in results_in(events).values() if each.verdict is Verdict.ACCEPTED]
    assert len(accepted) == 4, "those that are alike, and nobody else may be picked"


async def test_a_confident_rule_ends_the_batch() -> None:
    asked = replace(batch(options=BatchOptions(confidence=0.9)), selection=SelectionSpec("posterior", 1, {}))
    events = await events_of(engine(fake(1)), asked, decoded([f"right {each}" for each in range(80)]))
    assert summary_of(events).stop_reason == "confident"
    assert (summary_of(events).picks[0].probability or 0) >= 0.9
    assert len(results_in(events)) < 80


async def test_money_spent_ends_the_batch_drawing_included() -> None:
    options = BatchOptions(money_budget_usd=5.0)
    candidates = tokens(1, [f"wrong {place}" for place in range(9)])
    events = await events_of(priced(), batch(options=options), candidates)
    summary = summary_of(events)
    assert summary.stop_reason == "budget"
    assert summary.cost.generation_usd == pytest.approx(18.0), "all were drawn, judged or not"
    judged = [each for each in results_in(events).values() if each.verdict is not Verdict.CANCELLED]
    assert 2 <= len(judged) <= 3


async def test_what_one_more_candidate_may_bring_is_held_against_what_it_costs() -> None:
    sources = [f"wrong {place}" for place in range(30)]
    dear = batch(options=BatchOptions(usd_per_resolved=4.0))
    events = await events_of(priced(), dear, tokens(1, sources))
    assert summary_of(events).stop_reason == "marginal_value"
    worth_it = batch(options=BatchOptions(usd_per_resolved=1e6))
    assert summary_of(await events_of(priced(), worth_it, tokens(1, sources))).stop_reason == "completed"
    solved = await events_of(priced(), worth_it, tokens(1, ["right", *sources]))
    assert summary_of(solved).stop_reason == "marginal_value", "it is resolved"


async def test_each_candidate_tells_what_it_adds_and_the_sum_is_the_batchs() -> None:
    candidates = [
        Candidate("c0", "python", "right", GenerationCost(usd=0.25)),
        Candidate("c1", "python", "right", GenerationCost(completion_tokens=1)),
        Candidate("c2", "python", "wrong"),
    ]
    events = await events_of(priced(), batch(), candidates)
    costs = [event.cost for event in events if isinstance(event, CandidateFinished)]
    whole = summary_of(events).cost
    assert whole.generation_usd == pytest.approx(2.25)
    assert sum(each.money_usd for each in costs) == pytest.approx(whole.money_usd)
    assert sum(each.executions for each in costs) == whole.executions == 4
    assert sum(each.executions_saved for each in costs) == whole.executions_saved == 2


async def test_a_report_on_the_suite_closes_a_batch_that_tells_enough() -> None:
    sources = [f"wrong_at {place % 3} {place}" for place in range(12)] + ["right"]
    cases = tuple(model.TestCase(f"t{each}", StdioTest(b"%d" % each, b"%d" % each)) for each in range(3))
    plain = batch()
    asked = replace(plain, problem=replace(plain.problem, tests=cases))
    suite = summary_of(await events_of(engine(), asked, decoded(sources))).suite
    assert suite is not None
    assert {each.test_id: (each.rejected, each.rejected_alone) for each in suite.tests} == {
        f"t{place}": (4, 4) for place in range(3)
    }
    assert suite.summary
    assert summary_of(await events_of(engine(), asked, decoded(sources[:5]))).suite is None


def test_a_pace_is_every_count_first_and_slower_later_and_ends() -> None:
    pace = Pace(1.5, last=20)
    assert [count for count in range(1, 30) if pace.is_due(count)] == [1, 2, 3, 4, 6, 9, 13, 19]
