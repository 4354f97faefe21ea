"""What each tenant's runs took: counted run by run, compiling and interactors included."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from sandboxes.model import Compilation, Outcome, Run
from tests.unit.execution.fakes import FINISHED, FakeExecutor, answers_of, request
from verifierd.execution.accounted import Accounted
from verifierd.execution.executor import ExecutionRequest

pytestmark = pytest.mark.anyio

RUN_NS = FINISHED.usage.cpu_time_ns


async def test_runs_are_counted_for_their_tenant_as_they_land() -> None:
    used: Counter[str] = Counter()

    def act(asked: ExecutionRequest, run: Run) -> Outcome:
        return FINISHED

    executor = Accounted(FakeExecutor(act), lambda tenant, took_ns: used.update({tenant: took_ns}))
    answers = executor.execute(replace(request(5), tenant="a"))
    await anext(answers)
    await anext(answers)
    await answers.aclose()
    assert used == {"a": 2 * RUN_NS}
    await answers_of(executor.execute(replace(request(1), tenant="b")))
    assert used == {"a": 2 * RUN_NS, "b": RUN_NS}


async def test_what_it_took_to_compile_and_to_interact_is_counted_too() -> None:
    used: Counter[str] = Counter()
    compiled = Compilation(usage=FINISHED.usage, started_at_ns=1, ended_at_ns=2)
    whole = replace(FINISHED, compilation=compiled, interactor=FINISHED)
    executor = Accounted(
        FakeExecutor(lambda asked, run: whole), lambda tenant, took_ns: used.update({tenant: took_ns})
    )
    await answers_of(executor.execute(request(1)))
    assert used == {"": 3 * RUN_NS}
