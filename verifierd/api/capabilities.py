"""`GetCapabilities`: what this server can do, as a message."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.v1 import capabilities_pb2, verifier_service_pb2
from verifierd.api.convert.batches import HONOURED_STOP_RULES
from verifierd.api.convert.problems import TEST_READERS, limits_to_proto
from verifierd.api.engine import Abilities

TEST_KIND_TO_PROTO = {
    "stdio": capabilities_pb2.TEST_KIND_STDIO,
    "call": capabilities_pb2.TEST_KIND_CALL,
    "asserts": capabilities_pb2.TEST_KIND_ASSERTS,
    "files": capabilities_pb2.TEST_KIND_FILES,
    "answer": capabilities_pb2.TEST_KIND_ANSWER,
    "interactive": capabilities_pb2.TEST_KIND_INTERACTIVE,
}


def capabilities_to_proto(abilities: Abilities) -> verifier_service_pb2.GetCapabilitiesResponse:
    """Return the answer to `GetCapabilities`."""
    kinds = _kinds(TEST_READERS)
    bounds = abilities.bounds
    return verifier_service_pb2.GetCapabilitiesResponse(
        server_version=abilities.server_version,
        languages=[
            capabilities_pb2.Language(
                name=language.name,
                version=language.version,
                available=language.available,
                remedy=language.remedy,
                test_kinds=_kinds(language.test_kinds & TEST_READERS.keys()),
            )
            for language in abilities.languages
        ],
        checkers=[
            capabilities_pb2.Checker(
                name=checker.name,
                versions=[checker.version],
                test_kinds=_kinds(checker.test_kinds),
                default_for=_kinds(checker.default_for),
            )
            for checker in abilities.checkers
        ],
        test_kinds=kinds,
        selection_rules=abilities.selection_rules,
        backends=[
            capabilities_pb2.Backend(
                name=backend.name,
                image_digest=backend.image_digest,
                walls=[
                    capabilities_pb2.Wall(name=wall.name, stands=wall.stands, detail=wall.detail)
                    for wall in backend.walls
                ],
            )
            for backend in abilities.backends
        ],
        allowances=capabilities_pb2.Allowances(
            max_candidates=bounds.max_candidates,
            max_tests=bounds.max_tests,
            max_source_bytes=bounds.max_source_bytes,
            max_stdin_bytes=bounds.max_stdin_bytes,
            max_total_bytes=bounds.max_total_bytes,
            max_message_bytes=bounds.max_message_bytes,
            default_limits=limits_to_proto(bounds.default_limits),
            min_limits=limits_to_proto(bounds.min_limits),
            max_limits=limits_to_proto(bounds.max_limits),
        ),
        stop_rules=HONOURED_STOP_RULES,
    )


def _kinds(names: Iterable[str]) -> list[capabilities_pb2.TestKind.ValueType]:
    return sorted(TEST_KIND_TO_PROTO[name] for name in names)
