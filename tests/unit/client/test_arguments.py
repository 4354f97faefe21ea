"""What cannot be sent is refused before anything is, by its name or position, by both clients."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

import verifierd_client as client
from tests.unit.api.fakes import Serving

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])


@pytest.fixture
async def verifier(served: Serving) -> AsyncIterator[client.AsyncVerifier]:
    async with client.AsyncVerifier(served.server.address) as verifier:
        yield verifier


@pytest.mark.parametrize(
    ("candidates", "words"),
    [
        ("def add(a, b): ...", "candidates must be a list.*type str; put a single program in a list"),
        (b"def add(a, b): ...", "candidates must be a list.*type bytes"),
        (client.Candidate("x"), "candidates must be a list.*type Candidate"),
        (None, "candidates must be a list.*is None"),
        (
            ["ok", None],
            "candidate 1 is None; allowed: source text as str or bytes, a Candidate or a Completion",
        ),
        (["ok", 3], "candidate 1 is of type int"),
        ([client.Candidate(None)], "candidate 0: source must be str or bytes, and is None"),  # type: ignore[arg-type]
        ([client.Candidate("x", id=3)], "candidate 0: id must be a str, and is of type int"),  # type: ignore[arg-type]
    ],
)
async def test_what_is_no_list_of_programs_is_refused_with_its_position(
    served: Serving, verifier: client.AsyncVerifier, candidates: Any, words: str
) -> None:
    blocking = client.Verifier(served.server.address)
    with pytest.raises(client.NotACandidate, match=words) as refused:
        await verifier.verify(PROBLEM, candidates)
    assert isinstance(refused.value, TypeError)
    for call in (verifier.stream, blocking.stream, blocking.verify):
        with pytest.raises(client.NotACandidate, match=words):
            call(PROBLEM, candidates)
    assert served.engine.batches == []


async def test_a_drawn_candidate_that_is_no_program_is_named_by_its_position(
    verifier: client.AsyncVerifier,
) -> None:
    async def drawn() -> AsyncIterator[Any]:
        yield "ok"
        yield None

    with pytest.raises(client.NotACandidate, match="candidate 1 is None"):
        await verifier.verify(PROBLEM, drawn())


async def test_bytes_are_a_program_as_text_is(verifier: client.AsyncVerifier) -> None:
    result = await verifier.verify(PROBLEM, [b"ok", "ok"])
    assert [each.passed for each in result.results] == [True, True]


@pytest.mark.parametrize(
    ("limits", "options", "name"),
    [
        ({"cpu_time_s": math.nan}, {}, r"Limits\.cpu_time_s"),
        ({"wall_time_s": math.inf}, {}, r"Limits\.wall_time_s"),
        ({"memory_bytes": 1 << 63}, {}, r"Limits\.memory_bytes"),
        ({}, {"time_budget_s": math.nan}, r"Options\.time_budget_s"),
        ({}, {"cpu_budget_s": 1e300}, r"Options\.cpu_budget_s"),
        ({}, {"stop_after_accepted": 1 << 70}, r"Options\.stop_after_accepted"),
    ],
)
async def test_a_number_that_cannot_be_sent_is_named(
    verifier: client.AsyncVerifier, limits: dict[str, Any], options: dict[str, Any], name: str
) -> None:
    problem = client.Problem("p", PROBLEM.tests, client.Limits(**limits))
    with pytest.raises(client.OutOfRange, match=name) as refused:
        await verifier.verify(problem, ["ok"], client.Options(**options))
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize("address", ["", "localhost", "/run/verifierd.sock", "http://127.0.0.1:50051"])
def test_what_is_no_address_is_told_at_once(address: str) -> None:
    for kind in (client.Verifier, client.AsyncVerifier):
        with pytest.raises(ValueError, match="HOST:PORT or unix:PATH"):
            kind(address)


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("submit", {"problem": None}, "problem must be a Problem or a Digest, and is None"),
        ("submit", {"options": {"fresh": True}}, "options must be Options, and is of type dict"),
        ("submit", {"labels": {"x": 1}}, r"labels\['x'\] must be a str, and is of type int"),
        ("submit", {"labels": ["x"]}, "labels must be a mapping of str to str"),
        ("submit", {"request_id": 7}, "request_id must be a str"),
        ("watch", {"after": "x"}, "after must be the number of an event, and is of type str"),
        ("watch", {"batch_id": None}, "batch_id must be a str, and is None"),
        ("get", {"batch_id": 3}, "batch_id must be a str"),
        ("cancel", {"batch_id": "b", "reason": None}, "reason must be a str"),
        ("batches", {"submitted_from": "2026"}, "submitted_from must be a datetime with a time zone"),
        ("batches", {"states": client.BatchState.FINISHED}, "states must be a list of BatchState"),
        ("batches", {"states": ["FINISHED"]}, r"states\[0\] must be one of BatchState\.QUEUED.*'FINISHED'"),
        ("batches", {"labels": {"x": 1}}, r"labels\['x'\] must be a str"),
        ("batches", {"problem_id": None}, "problem_id must be a str"),
    ],
)
async def test_what_is_of_another_type_is_named(
    served: Serving, verifier: client.AsyncVerifier, method: str, arguments: dict[str, Any], words: str
) -> None:
    await refuses(served, verifier, method, arguments, (client.NotAnArgument, TypeError), words)


@pytest.mark.parametrize(
    ("method", "arguments", "words"),
    [
        ("submit", {"request_id": ""}, "request_id must not be empty; leave it out"),
        ("verify", {"request_id": ""}, "request_id must not be empty; leave it out"),
        ("watch", {"after": 2**70}, "after must be the number of an event, from 0 to"),
        ("watch", {"after": -1}, "after must be the number of an event, from 0 to"),
        ("batches", {"submitted_until": datetime(2026, 1, 1)}, "submitted_until must have a time zone"),
        ("batches", {"states": [client.BatchState.UNKNOWN]}, r"states\[0\] is BatchState\.UNKNOWN"),
    ],
)
async def test_a_value_that_cannot_be_sent_is_named(
    served: Serving, verifier: client.AsyncVerifier, method: str, arguments: dict[str, Any], words: str
) -> None:
    await refuses(served, verifier, method, arguments, (client.OutOfRange, ValueError), words)


async def refuses(
    served: Serving,
    verifier: client.AsyncVerifier,
    method: str,
    arguments: dict[str, Any],
    kinds: tuple[type[Exception], type[Exception]],
    words: str,
) -> None:
    if method in ("submit", "verify"):
        arguments = {"problem": PROBLEM, "candidates": ["ok"]} | arguments
    if method == "watch":
        arguments = {"batch_id": "b"} | arguments
    with pytest.raises(kinds[0], match=words) as refused:
        answer = getattr(verifier, method)(**arguments)
        await (anext(answer) if method == "batches" else answer)
    assert isinstance(refused.value, kinds[1])
    with client.Verifier(served.server.address) as blocking, pytest.raises(kinds[0], match=words):
        list(getattr(blocking, method)(**arguments))
