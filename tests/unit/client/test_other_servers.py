"""Servers that are not quite this client's: newer, older, with TLS or without, with another certificate."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from grpc import aio

import verifierd_client as client
from verifier.v1 import batch_pb2, problem_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.verifier_service_pb2_grpc import (
    VerifierServiceServicer,
    add_VerifierServiceServicer_to_server,
)
from verifierd_client import StopReason, Verdict

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem("sum", [client.StdioTest("1 2", "3")])
NAME = "verifierd.test"
FUTURE = 99


class Newer(VerifierServiceServicer):
    """Says what this client has no words for."""

    async def GetCapabilities(self, request: Any, context: Any) -> wire.GetCapabilitiesResponse:
        return wire.GetCapabilitiesResponse(server_version="9.9.9", test_kinds=[FUTURE])  # type: ignore[list-item]

    async def VerifyStream(
        self, requests: AsyncIterator[wire.VerifyStreamRequest], context: Any
    ) -> AsyncGenerator[wire.VerifyStreamResponse, None]:
        events = [
            result_pb2.VerifyEvent(batch_accepted=result_pb2.BatchAccepted(batch_id="b")),
            result_pb2.VerifyEvent(sequence=2),  # of a kind that this client does not know
            result_pb2.VerifyEvent(
                candidate_finished=result_pb2.CandidateFinished(
                    result=result_pb2.CandidateResult(candidate_id="0", verdict=FUTURE)  # type: ignore[arg-type]
                )
            ),
            result_pb2.VerifyEvent(
                stop_decided=result_pb2.StopDecided(reason=FUTURE)  # type: ignore[arg-type]
            ),
            result_pb2.VerifyEvent(
                batch_finished=result_pb2.BatchFinished(
                    summary=result_pb2.BatchSummary(stop_reason=FUTURE)  # type: ignore[arg-type]
                )
            ),
        ]
        for event in events:
            yield wire.VerifyStreamResponse(event=event)


class Older(VerifierServiceServicer):
    """Has no open batches, and takes programs only."""

    async def Verify(
        self, request: wire.VerifyRequest, context: Any
    ) -> AsyncGenerator[wire.VerifyResponse, None]:
        if request.candidates[0].WhichOneof("content") == "completion":
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "candidates[0].completion: not supported yet"
            )
        yield wire.VerifyResponse()


NEWER, OLDER = Newer(), Older()  # type: ignore[abstract]


@asynccontextmanager
async def serving(
    servicer: VerifierServiceServicer, credentials: grpc.ServerCredentials | None = None
) -> AsyncIterator[str]:
    server = aio.server()
    add_VerifierServiceServicer_to_server(servicer, server)
    if credentials is None:
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Two self-signed certificates for `NAME`, made here and now, with the key of the first."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed; it makes the certificates of these tests")
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("server", "other"):
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
                *("-nodes", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2"),
                *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"),
            ],
            check=True,
            capture_output=True,
        )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_a_newer_servers_words_become_unknown_and_nothing_else_is_lost() -> None:
    async with serving(NEWER) as address, client.AsyncVerifier(address) as verifier:
        assert (await verifier.capabilities()).server_version == "9.9.9"
        async with verifier.group(PROBLEM, 2) as group:
            group.submit(0, "```python\nok\n```")
            whole = await group.result()
            assert await group.stop_decided() is StopReason.UNKNOWN
    assert [result.verdict for result in whole.results] == [Verdict.UNKNOWN]
    assert whole.summary.stop_reason is StopReason.UNKNOWN


async def test_an_older_server_is_told_by_what_it_does_not_offer() -> None:
    async with serving(OLDER) as address, client.AsyncVerifier(address) as verifier:
        with pytest.raises(client.NotOffered):
            async with verifier.group(PROBLEM, 2):
                raise AssertionError("a group opened with a server that has none")
        with pytest.raises(client.InvalidRequest, match="not supported yet"):
            await verifier.verify(PROBLEM, [client.Completion("```python\nok\n```")])
        with pytest.raises(client.UnreadableAnswer, match="without a summary"):
            await verifier.verify(PROBLEM, ["ok"])


async def test_the_right_certificate_opens_a_channel(certificates: dict[str, bytes]) -> None:
    credentials = grpc.ssl_server_credentials([(certificates["server.key"], certificates["server.pem"])])
    tls = client.Tls(certificates["server.pem"], server_name=NAME)
    async with serving(NEWER, credentials) as address, client.AsyncVerifier(address, tls=tls) as verifier:
        assert (await verifier.capabilities()).server_version == "9.9.9"


async def test_another_certificate_or_none_on_one_side_is_told_at_once(
    certificates: dict[str, bytes],
) -> None:
    credentials = grpc.ssl_server_credentials([(certificates["server.key"], certificates["server.pem"])])
    other = client.Tls(certificates["other.pem"], server_name=NAME)
    misnamed = client.Tls(certificates["server.pem"], server_name="somebody.else")
    async with serving(NEWER, credentials) as address:
        for tls in (other, misnamed):
            async with client.AsyncVerifier(address, tls=tls) as verifier, asyncio.timeout(20):
                with pytest.raises(client.HandshakeFailed, match="root_certificates"):
                    await verifier.capabilities()
        async with client.AsyncVerifier(address, retries=1) as plain:
            with pytest.raises(client.ConnectionFailed):
                await plain.capabilities()
    async with serving(NEWER) as address, client.AsyncVerifier(address, tls=other) as verifier:
        with pytest.raises(client.HandshakeFailed, match="leave tls out"):
            await verifier.capabilities()


def test_a_certificate_comes_with_its_key_and_the_key_is_not_shown() -> None:
    with pytest.raises(ValueError, match="key is missing"):
        client.Tls(certificate=b"x")
    assert "secret" not in repr(client.Tls(certificate=b"x", key=b"secret"))


def test_words_that_this_test_uses_are_none_of_todays() -> None:
    for enum in (result_pb2.Verdict, result_pb2.StopReason, problem_pb2.TestRole, batch_pb2.CodeExtraction):
        assert FUTURE not in enum.values()
