"""What goes into a record comes out of it again, all of it, and what is damaged says so."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.inside.values import Opaque
from tests.support.entries import begun, ended, execution, judged
from verifierd.audit.bodies import KINDS, Body, body_of, entry_of
from verifierd.audit.entries import (
    Asker,
    BatchAbandoned,
    BatchStarted,
    CancelAsked,
    CandidateJudged,
    Entry,
    HoldChanged,
    RecordsRemoved,
)
from verifierd.model import BatchFinished, CandidateResult, Cost, ProbeResult, SuiteReport, Verdict

TYPED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)
TEXT_OF_ANY_KIND = st.text(st.characters())  # lone surrogates too
EXECUTIONS = st.builds(
    execution,
    detail=TEXT_OF_ANY_KIND,
    stdout=st.binary(max_size=40),
    stderr=st.binary(max_size=40),
    actual=st.none() | st.tuples(TYPED),
    exit_code=st.none() | st.integers(0, 255),
    verdict=st.sampled_from(Verdict),
)
PROBES = st.lists(st.from_type(ProbeResult), max_size=2).map(tuple)
RESULTS = st.builds(
    replace,
    st.just(judged().result),
    detail=TEXT_OF_ANY_KIND,
    executions=st.lists(EXECUTIONS, max_size=3).map(tuple),
    probes=PROBES,
    repeats=PROBES,
    nondeterministic=st.booleans(),
)
EVENTS = st.builds(
    BatchFinished,
    verdict_counts=st.dictionaries(st.sampled_from(Verdict), st.integers()),
    cost=st.from_type(Cost),
    suite=st.none() | st.from_type(SuiteReport),
)


def read_back(body: Body) -> Entry:
    return entry_of(body.kind, body.json, lambda part, name: body.contents[name.sha256])


@pytest.mark.parametrize(
    "entry",
    [
        begun(),
        begun(request=b"\x00\xff", problem=b"", deadline_at_ns=5, is_durable=True),
        judged(),
        judged(executions=()),
        judged(verdict=Verdict.RUNTIME_ERROR, source="", duplicate_of="c0"),
        ended(),
        BatchStarted("batch", 9),
        BatchAbandoned("batch", 9, "the daemon died in it"),
        CancelAsked("batch", 9, Asker("unix:", "", ""), "enough"),
        HoldChanged("batch", 9, True, "ada", "case 7"),
        RecordsRemoved(9, 1, 4, bytes(32), bytes(range(32)), "older than 30 days"),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert read_back(body_of(entry)) == entry


def test_every_entry_has_a_kind() -> None:
    assert set(KINDS.values()) == set(Entry.__args__)


@settings(max_examples=60, deadline=None)
@given(result=RESULTS, source=TEXT_OF_ANY_KIND)
def test_a_candidate_comes_back_whatever_it_printed_and_returned(
    result: CandidateResult, source: str
) -> None:
    entry = replace(judged(source=source), result=result)
    assert repr(read_back(body_of(entry))) == repr(entry)  # repr: NaN is itself, and 0.0 is not -0.0


@settings(max_examples=60, deadline=None)
@given(event=EVENTS)
def test_a_summary_comes_back_whatever_is_in_it(event: BatchFinished) -> None:
    entry = replace(ended(), event=event)
    assert repr(read_back(body_of(entry))) == repr(entry)


def test_enums_are_written_by_their_names() -> None:
    form = json.loads(body_of(judged(verdict=Verdict.WRONG_ANSWER)).json)
    assert form["result"]["verdict"] == "WRONG_ANSWER"
    assert form["result"]["executions"][0]["killed_by"] == "NOBODY"


def test_programs_and_outputs_are_not_in_the_body() -> None:
    body = body_of(judged(source="secret_name = 1", executions=(execution(stdout=b"secret output"),)))
    assert b"secret" not in body.json
    assert sorted(body.contents.values()) == [b"secret output", b"secret_name = 1"]


def test_a_value_without_a_value_form_keeps_its_class_name() -> None:
    back: Any = read_back(body_of(judged(executions=(execution(actual=(Opaque("Node"),)),))))
    assert back.result.executions[0].actual[0].class_name == "Node"


def test_a_number_that_json_has_no_form_for_is_kept() -> None:
    entry = judged()
    entry = replace(entry, cost=replace(entry.cost, money_usd=math.inf))
    assert read_back(body_of(entry)) == entry


def test_fields_of_a_newer_version_are_passed_over_and_missing_ones_take_their_default() -> None:
    body = body_of(judged())
    form = json.loads(body.json)
    form["hue"] = "blue"
    form["result"]["executions"][0]["hue"] = "blue"
    del form["redactions"], form["result"]["nondeterministic"]
    newer = replace(body, json=json.dumps(form).encode())
    assert read_back(newer) == judged()


def test_parts_that_are_not_fetched_are_empty() -> None:
    body = body_of(judged())
    entry: Any = entry_of(body.kind, body.json, lambda part, name: None)
    assert entry.candidate.source == ""
    assert [each.stdout for each in entry.result.executions] == [b"", b""]


def _without(*path: str | int) -> bytes:
    form = json.loads(body_of(judged()).json)
    at = form
    for step in path[:-1]:
        at = at[step]
    del at[path[-1]]
    return json.dumps(form).encode()


def _with(value: object, *path: str | int) -> bytes:
    form = json.loads(body_of(judged()).json)
    at = form
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return json.dumps(form).encode()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"{", "Expecting"),
        (b"[]", "no JSON object"),
        (b"{}", "no candidate's"),
        (_without("position"), "field position is missing"),
        (_without("result", "executions", 1, "test_id"), r"result.executions\[1\].test_id is missing"),
        (_with("1", "position"), "field position must be a whole number, and is '1'"),
        (_with("FINE", "result", "verdict"), "result.verdict must be one of ACCEPTED, WRONG_ANSWER"),
        (_with(None, "candidate"), "no candidate's"),
        (_with({"sha256": 5, "size_bytes": 1}, "source"), "must be a text"),
        (_with({"size_bytes": 1}, "source"), "a form that is none"),
        (_with([[1, 0, None]], "outputs", "sizes"), "the outputs take 1 bytes together"),
        (_with("zz", "result", "cpu_time_ns"), "must be a whole number"),
        (_with(10**400, "cost", "money_usd"), "cost.money_usd must be a number"),
        (_with(True, "position"), "field position must be a whole number, and is 'True'"),
    ],
)
def test_a_damaged_body_is_named(body: bytes, problem: str) -> None:
    contents = body_of(judged()).contents
    with pytest.raises(ValueError, match=problem):
        entry_of("candidate_judged", body, lambda part, name: contents.get(name.sha256))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(value=JSON, place=st.integers(min_value=0))
def test_whatever_a_field_is_altered_to_the_body_is_read_or_refused(value: object, place: int) -> None:
    body = body_of(judged())
    form = json.loads(body.json)
    holders = [form, form["candidate"], form["result"], form["result"]["executions"][0], form["outputs"]]
    holder = holders[place % len(holders)]
    holder[sorted(holder)[place // len(holders) % len(holder)]] = value
    try:
        entry = entry_of(
            body.kind, json.dumps(form).encode(), lambda part, name: body.contents.get(name.sha256)
        )
    except ValueError as error:
        assert str(error)
    else:
        assert isinstance(entry, CandidateJudged)


def test_a_body_that_nests_without_end_is_named() -> None:
    with pytest.raises(ValueError, match="nests too deeply"):
        entry_of("batch_ended", b"[" * 1_000_000, lambda part, name: None)


def test_a_kind_of_a_newer_version_is_named() -> None:
    with pytest.raises(ValueError, match="records of kind 'dream' are unknown"):
        entry_of("dream", b"{}", lambda part, name: None)
