"""Nothing is lost or confused between the words of the service and the messages of the API."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf.descriptor import EnumDescriptor
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.inside.values import Opaque
from tests.unit.api.fakes import ABILITIES, candidate_result, execution_result
from verifier.v1 import capabilities_pb2, problem_pb2, result_pb2, values_pb2
from verifierd import errors, model
from verifierd.admission import AdmissionLimits
from verifierd.api.capabilities import TEST_KIND_TO_PROTO, capabilities_to_proto
from verifierd.api.convert import enums
from verifierd.api.convert.batches import HONOURED_STOP_RULES
from verifierd.api.convert.events import EventWriter
from verifierd.api.convert.problems import limits_from_proto, limits_to_proto
from verifierd.api.convert.results import candidate_result_to_proto, execution_to_proto
from verifierd.api.convert.values import value_from_proto, value_to_proto
from verifierd.api.status import CODE_OF_REJECTION
from verifierd.errors import InvalidField
from verifierd.model import BatchAccepted, Candidate, Cost, KilledBy, Problem, StdioTest, StopDecided, Verdict

TEST = model.TestCase("t", StdioTest(b"", b""))
PROBLEM = Problem("p", (TEST, replace(TEST, id="u")), ABILITIES.bounds.default_limits)


@pytest.mark.parametrize(
    ("to_proto", "from_proto", "words", "descriptor"),
    [
        (enums.VERDICT_TO_PROTO, enums.VERDICT_FROM_PROTO, set(Verdict), result_pb2.Verdict.DESCRIPTOR),
        (enums.KILLED_BY_TO_PROTO, enums.KILLED_BY_FROM_PROTO, set(KilledBy), result_pb2.KilledBy.DESCRIPTOR),
        (
            enums.STOP_REASON_TO_PROTO,
            enums.STOP_REASON_FROM_PROTO,
            set(enums.STOP_REASON_TO_PROTO),
            result_pb2.StopReason.DESCRIPTOR,
        ),
        (
            TEST_KIND_TO_PROTO,
            {wire: kind for kind, wire in TEST_KIND_TO_PROTO.items()},
            {field.name for field in problem_pb2.TestCase.DESCRIPTOR.oneofs_by_name["body"].fields},
            capabilities_pb2.TestKind.DESCRIPTOR,
        ),
    ],
    ids=["Verdict", "KilledBy", "StopReason", "TestKind"],
)
def test_every_enum_value_goes_both_ways_and_keeps_its_name(
    to_proto: Mapping[Any, int], from_proto: Mapping[int, Any], words: set[Any], descriptor: EnumDescriptor
) -> None:
    assert set(to_proto) == words
    assert set(from_proto) == set(descriptor.values_by_number) - {0}
    for word, wire in to_proto.items():
        assert from_proto[wire] == word
        name = getattr(word, "name", str(word)).upper()
        assert descriptor.values_by_number[wire].name.endswith(name)


def test_every_rejection_has_a_status() -> None:
    assert set(CODE_OF_REJECTION) == set(errors.RequestRejected.__subclasses__())


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 200), 1 << 200)
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.binary()
    | st.complex_numbers()
)
hashables = st.recursive(
    scalars, lambda inner: st.tuples(inner) | st.frozensets(inner, max_size=3), max_leaves=5
)
values = st.recursive(
    scalars | st.sets(hashables, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.frozensets(hashables, max_size=3)
        | st.dictionaries(hashables, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_every_value_comes_back_with_its_types(value: Any) -> None:
    message = values_pb2.Value.FromString(value_to_proto(value).SerializeToString())
    assert _told_apart(value_from_proto(message, "v")) == _told_apart(value)


def _told_apart(value: Any) -> Any:
    """A form in which types, NaN and the sign of zero make a difference."""
    match value:
        case float() | complex():
            return (type(value), repr(value))
        case set() | frozenset():
            return (type(value), sorted(map(repr, map(_told_apart, value))))
        case dict():
            return (dict, [(_told_apart(key), _told_apart(item)) for key, item in value.items()])
        case list() | tuple():
            return (type(value), [_told_apart(item) for item in value])
    return (type(value), value)


@pytest.mark.parametrize(
    "value", [-(1 << 63), (1 << 63) - 1, 1 << 63, -(1 << 63) - 1, math.nan, -0.0, "\ud800"]
)
def test_values_at_the_edges_come_back(value: Any) -> None:
    assert _told_apart(value_from_proto(value_to_proto(value), "v")) == _told_apart(value)


def test_an_object_without_a_value_form_is_sent_by_its_class_name() -> None:
    class Odd(int):
        pass

    assert value_to_proto(Opaque("Thing")).opaque_value.class_name == "Thing"
    assert value_to_proto([Odd(1)]).list_value.items[0].opaque_value.class_name == "Odd"


def test_a_result_that_nests_too_deeply_is_cut_where_it_does_and_still_read_by_others() -> None:
    value: Any = 1
    for _ in range(200):
        value = {1: value}
    message = result_pb2.ExecutionResult(actual=value_to_proto(value))
    assert result_pb2.ExecutionResult.FromString(message.SerializeToString()) == message
    assert "nests deeper" in str(message)


def test_limits_come_back_and_absent_ones_are_the_defaults() -> None:
    bounds = AdmissionLimits()
    limits = replace(bounds.max_limits, cpu_time_ns=1_234_567_890)
    assert limits_from_proto(limits_to_proto(limits), "l", bounds) == limits
    absent = limits_from_proto(problem_pb2.Limits(), "l", bounds)
    assert absent == replace(bounds.default_limits, wall_time_ns=11_000_000_000)


def test_an_execution_is_told_whole() -> None:
    message = execution_to_proto(
        replace(
            execution_result(TEST, Verdict.TIME_LIMIT_EXCEEDED),
            exit_code=None,
            term_signal=9,
            killed_by=KilledBy.CPU_LIMIT,
            stdout_total_bytes=1000,
            detail="bad \udcff text",
        )
    )
    assert message.verdict == result_pb2.VERDICT_TIME_LIMIT_EXCEEDED
    assert message.WhichOneof("ending") == "term_signal"
    assert message.killed_by == result_pb2.KILLED_BY_CPU_LIMIT
    assert (message.stdout.content, message.stdout.total_bytes, message.stdout.truncated) == (
        b"out",
        1000,
        True,
    )
    assert (message.checker.name, message.checker.version) == ("tokens", "1")
    assert message.times.ended_at.ToNanoseconds() == 1_700_000_000_000_000_003
    assert message.detail == "bad \\udcff text"
    assert not message.HasField("failure")


def test_exit_code_zero_is_told_from_no_exit_code() -> None:
    result = execution_result(TEST, Verdict.ACCEPTED)
    assert execution_to_proto(result).WhichOneof("ending") == "exit_code"
    never_ran = replace(result, exit_code=None, attempts=0, verdict=Verdict.SKIPPED)
    assert execution_to_proto(never_ran).WhichOneof("ending") is None
    assert not execution_to_proto(never_ran).HasField("stdout")


def test_an_infrastructure_failure_carries_its_cause() -> None:
    result = replace(
        execution_result(TEST, Verdict.INFRASTRUCTURE_ERROR), detail="the sandbox broke three times"
    )
    failure = execution_to_proto(result).failure
    assert (failure.code, failure.message) == (14, "the sandbox broke three times")


def test_a_result_never_outgrows_a_message() -> None:
    result = candidate_result(Candidate("c", "python", ""), PROBLEM)
    large = tuple(
        replace(each, stdout=b"x" * 200_000, stdout_total_bytes=200_000, actual=("y" * 200_000,))
        for each in result.executions
    )
    message = candidate_result_to_proto(replace(result, executions=large), Cost(), max_bytes=300_000)
    assert message.ByteSize() < 300_000
    assert message.executions[1].stdout.truncated
    assert message.executions[1].stdout.total_bytes == 200_000
    assert candidate_result_to_proto(replace(result, executions=large), Cost(), 10**7).ByteSize() > 800_000


def test_events_are_numbered_from_one_and_dated() -> None:
    writer = EventWriter(10**6, clock_ns=lambda: 5_000_000_000)
    first = writer.write(BatchAccepted("b", 0))
    second = writer.write(StopDecided("accepted_enough", ("c1",)))
    assert (first.sequence, second.sequence) == (1, 2)
    assert not first.batch_accepted.HasField("candidates_total")
    assert second.occurred_at.seconds == 5
    assert second.stop_decided.reason == result_pb2.STOP_REASON_ACCEPTED_ENOUGH


def test_capabilities_name_what_is_absent_and_how_to_get_it() -> None:
    message = capabilities_to_proto(ABILITIES)
    (rust,) = (language for language in message.languages if language.name == "rust")
    assert (rust.available, rust.remedy) == (False, "apt-get install rustc")
    (perl,) = (language for language in message.languages if language.name == "perl")
    assert perl.test_kinds == [capabilities_pb2.TEST_KIND_STDIO]
    assert not message.allowances.default_limits.HasField("wall_time")
    assert message.allowances.max_limits.wall_time.seconds == 600
    assert list(message.stop_rules) == list(HONOURED_STOP_RULES)


def test_an_unknown_kind_of_value_is_refused() -> None:
    with pytest.raises(InvalidField, match="nothing is set"):
        value_from_proto(values_pb2.Value(), "v")
