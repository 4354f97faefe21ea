"""A problem as the audit store keeps it, read again: what was admitted once is not measured again."""

from __future__ import annotations

from dataclasses import replace

from google.protobuf.message import DecodeError

from verifier.v1 import problem_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.problems import problem_from_proto
from verifierd.errors import InvalidField
from verifierd.model import Problem

_ANY = 1 << 62
_ANY_SIZE = replace(
    AdmissionLimits(),
    max_tests=_ANY,
    max_source_bytes=_ANY,
    max_stdin_bytes=_ANY,
    max_total_bytes=_ANY,
    max_message_bytes=_ANY,
)


def stored_problem(content: bytes) -> Problem:
    """Return the problem that the bytes of a `verifier.v1.Problem` are.

    Raises:
        ValueError: they are none, or one that this version cannot read. The text says why.
    """
    try:
        return problem_from_proto(problem_pb2.Problem.FromString(content), "problem", _ANY_SIZE)
    except DecodeError:
        raise ValueError("its bytes are no problem") from None
    except InvalidField as error:
        raise ValueError(str(error)) from None
