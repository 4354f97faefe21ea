"""More inputs than are to be run: the first programs run all, and those that tell programs apart are kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from sandboxes.model import Ending, Outcome, Program, Raised, Run, StdioRun
from tests.unit.batches.scene import (
    act,
    batch,
    candidates,
    decoded,
    engine,
    events_of,
    fake,
    results_in,
    summary_of,
)
from tests.unit.execution.fakes import FINISHED, FakeExecutor, printed
from verifierd import model
from verifierd.batches.probing import SCOUTS
from verifierd.errors import InvalidField
from verifierd.execution.executor import ExecutionRequest
from verifierd.model import (
    Batch,
    BatchEvent,
    BatchOptions,
    ClustersChanged,
    ProbeInput,
    Probes,
    StdinProbe,
    StdioTest,
)

pytestmark = pytest.mark.anyio

GENERATOR = Program("python", "generates")


def probing(probes: Probes, tests: int = 0) -> Batch:
    plain = batch(tests=tests)
    return replace(plain, problem=replace(plain.problem, probes=probes))


def given(count: int) -> tuple[ProbeInput, ...]:
    return tuple(ProbeInput(f"p{place}", StdinProbe(str(place).encode())) for place in range(count))


def probe_ids(events: list[BatchEvent], name: str) -> list[str]:
    return [each.probe_id for each in results_in(events)[name].probes]


async def test_telling_inputs_are_kept_and_later_programs_run_no_others() -> None:
    sources = [f"wrong_at {place % 3} {place}" for place in range(SCOUTS + 4)]
    asked = probing(Probes(given(9), max_inputs=3))
    executor = fake()
    events = await events_of(engine(executor), asked, candidates(*sources))
    assert len(probe_ids(events, "c0")) == 9
    later = [probe_ids(events, f"c{place}") for place in range(SCOUTS, SCOUTS + 4)]
    assert later == [["p0", "p1", "p2"]] * 4, "those on which the first programs differ"
    assert len(executor.asked) == SCOUTS * 9 + 4 * 3
    assert sorted(len(each.candidate_ids) for each in summary_of(events).clusters) == [6, 7, 7]


async def test_programs_that_were_not_seen_on_inputs_choose_none() -> None:
    wrong = [f"wrong {place}" for place in range(SCOUTS + 3)]
    right = [f"wrong_at {7 + place % 2} {place}" for place in range(SCOUTS)]
    plain = probing(Probes(given(9), max_inputs=2), tests=1)
    asked = replace(plain, options=BatchOptions(stop_at_first_failure=True))
    last = [f"wrong_at {7 + place % 2} {place + 100}" for place in range(2)]
    events = await events_of(engine(), asked, candidates(*wrong, *right, *last))
    assert len(probe_ids(events, f"c{len(wrong)}")) == 9
    later = probe_ids(events, f"c{len(wrong) + SCOUTS}")
    assert len(later) == 2
    assert {"p7", "p8"} & set(later)


async def test_where_too_few_programs_come_all_inputs_count() -> None:
    asked = probing(Probes(given(9), max_inputs=3))
    events = await events_of(engine(), asked, candidates("right", "wrong_at 8"))
    assert [len(probe_ids(events, name)) for name in ("c0", "c1")] == [9, 9]
    assert len(summary_of(events).clusters) == 2


async def test_no_more_inputs_than_are_to_be_run_wait_for_nobody() -> None:
    hold = FakeExecutor(act, capacity=SCOUTS + 5)
    hold.hold.clear()
    sources = [f"right {place}" for place in range(SCOUTS + 5)]
    asyncio.get_running_loop().call_later(0.05, hold.hold.set)
    await events_of(engine(hold), probing(Probes(given(3), max_inputs=3)), candidates(*sources))
    assert hold.most_running == SCOUTS + 5


async def test_an_open_batch_gives_its_first_results_though_no_more_candidates_come() -> None:
    never = asyncio.Event()
    landed: list[str] = []
    run = engine().run(probing(Probes(given(9), max_inputs=3)), decoded(["right", "wrong"], then=never))
    async for event in run:
        landed.append(type(event).__name__)
        if landed.count("CandidateFinished") == 2:
            break
    await run.aclose()
    assert landed.count("CandidateFinished") == 2


async def test_an_open_batch_tells_its_clusters_as_they_stand() -> None:
    events = await events_of(engine(), probing(Probes(given(2))), decoded(["right", "wrong", "right 2"]))
    views = [event.clusters for event in events if isinstance(event, ClustersChanged)]
    assert views
    assert {name for cluster in views[-1] for name in cluster.candidate_ids} <= {"c0", "c1", "c2"}
    closed = await events_of(engine(), probing(Probes(given(2))), candidates("right", "wrong"))
    assert not [event for event in closed if isinstance(event, ClustersChanged)]


async def test_inputs_of_tests_are_changed_into_probe_inputs() -> None:
    tests = tuple(
        model.TestCase(f"t{place}", StdioTest(stdin, stdin))
        for place, stdin in enumerate([b"2\n10 20\n", b"3\n7 40 5\n", b"1\n90\n"])
    )
    plain = probing(Probes(mutate_tests=True, max_inputs=5))
    asked = replace(plain, problem=replace(plain.problem, tests=tests))
    events = await events_of(engine(), asked, candidates("right", "right 2"))
    ids = probe_ids(events, "c0")
    assert ids
    assert all(each.startswith("mutated-") for each in ids)
    again = await events_of(engine(), asked, candidates("right"))
    assert probe_ids(again, "c0") == ids
    assert summary_of(again).clusters[0].id == summary_of(events).clusters[0].id


def generating(request: ExecutionRequest, run: Run) -> Outcome | Exception:
    assert isinstance(run, StdioRun)
    if request.program is GENERATOR:
        return printed(b"input " + run.arguments[0].encode())
    return act(request, run)


async def test_a_program_prints_inputs_by_a_seed() -> None:
    executor = FakeExecutor(generating)
    asked = probing(Probes(given(1), generator=GENERATOR, max_inputs=3))
    events = await events_of(engine(executor), asked, candidates("right"))
    stdins = [run.stdin for name, run in executor.asked if name == "c0" and isinstance(run, StdioRun)]
    assert stdins == [b"0", b"input 0", b"input 1", b"input 2"]
    assert probe_ids(events, "c0") == ["p0", "generated-0", "generated-1", "generated-2"]


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (FINISHED, "nothing"),
        (replace(FINISHED, ending=Ending.RAISED, raised=Raised("ValueError", "no")), "ValueError: no"),
        (replace(FINISHED, ending=Ending.CPU_LIMIT), "cpu_limit"),
        (replace(FINISHED, exit_code=3), "exit code 3"),
    ],
)
async def test_a_program_that_prints_no_input_is_refused_with_its_words(outcome: Outcome, why: str) -> None:
    asked = probing(Probes(generator=GENERATOR))
    with pytest.raises(InvalidField) as refused:
        await events_of(engine(FakeExecutor(lambda *_: outcome)), asked, candidates("right"))
    assert refused.value.field == "probes.generator.source"
    assert why in str(refused.value)
