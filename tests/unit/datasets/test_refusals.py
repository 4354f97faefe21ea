"""What a server refused is named by the user's own file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

import verifierd_client as client
from verifierd.datasets.records import InputError
from verifierd.datasets.refusals import Sources

SOURCES = Sources(Path("p.json"), Path("c.jsonl"), lines=[1, 3, 4])


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("batch.problem.limits.cpu_time", "p.json: "),
        ("message[0].open.batch.problem.tests[3].id", "p.json: "),
        ("candidates[1].language", "c.jsonl:3: "),
        ("message[3].candidate.source", "c.jsonl:4: "),
        ("message[1].candidate", "c.jsonl:1: "),
        ("candidates", "c.jsonl: "),
        ("candidates[9]", "c.jsonl: "),
    ],
)
def test_the_file_and_the_line_come_first_and_then_the_servers_words(field: str, place: str) -> None:
    with pytest.raises(InputError) as named, SOURCES.named():
        raise client.InvalidRequest(f"{field}: wrong; allowed: right", field, "wrong")
    assert str(named.value) == f"{place}{field}: wrong; allowed: right"


@pytest.mark.parametrize("field", ["", "batch.options.priority", "batch.problems", "message[1].cancel"])
def test_what_comes_from_neither_file_stays_as_it_is(field: str) -> None:
    with pytest.raises(client.InvalidRequest, match="wrong"), SOURCES.named():
        raise client.InvalidRequest("wrong", field)


@pytest.mark.parametrize("error", [client.NotAValue("argument 0"), client.OutOfRange("argument 0")])
def test_what_cannot_be_sent_is_of_the_problem_file(error: client.VerifierError) -> None:
    with pytest.raises(InputError, match=r"^p\.json: argument 0$"), SOURCES.named():
        raise error
