"""What the client's package offers is what it says, and its words are those of the API."""

from __future__ import annotations

import types

import pytest
from google.protobuf.descriptor import EnumDescriptor

import verifierd_client as client
from verifier.v1 import result_pb2
from verifierd_client import _reading


def test_all_names_are_public_and_nothing_public_is_left_out() -> None:
    offered = {
        name
        for name, value in vars(client).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert set(client.__all__) == offered
    assert sorted(client.__all__) == client.__all__


def test_every_error_is_drawn_in_the_hierarchy_and_has_the_one_root() -> None:
    drawing = client.errors.__doc__ or ""
    for name in client.__all__:
        value = getattr(client, name)
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, client.VerifierError)
            assert name in drawing


@pytest.mark.parametrize(
    ("table", "words", "descriptor"),
    [
        (_reading.VERDICTS, client.Verdict, result_pb2.Verdict.DESCRIPTOR),
        (_reading.KILLERS, client.KilledBy, result_pb2.KilledBy.DESCRIPTOR),
        (_reading.STOP_REASONS, client.StopReason, result_pb2.StopReason.DESCRIPTOR),
    ],
)
def test_every_enum_value_of_the_api_has_its_word(
    table: dict[int, object], words: type[client.Verdict], descriptor: EnumDescriptor
) -> None:
    assert set(table) == set(descriptor.values_by_number) - {0}
    assert set(table.values()) == set(words) - {words.UNKNOWN}


def test_a_verdict_of_a_newer_server_is_unknown_and_no_error() -> None:
    result = result_pb2.CandidateResult.FromString(b"\x10\x63")  # verdict = 99
    assert _reading.read_candidate_result(result).verdict is client.Verdict.UNKNOWN
