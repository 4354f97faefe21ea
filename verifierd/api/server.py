"""The gRPC server: services, health, reflection, what connections may do, addresses, start and stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_health.v1.health import aio as health_aio  # type: ignore[attr-defined]
from grpc_reflection.v1alpha.reflection import SERVICE_NAME as REFLECTION_SERVICE
from grpc_reflection.v1alpha.reflection import aio as reflection_aio  # type: ignore[attr-defined]
from grpc_reflection.v1alpha.reflection_pb2_grpc import add_ServerReflectionServicer_to_server

from verifier.v1 import audit_service_pb2, verifier_service_pb2
from verifier.v1.audit_service_pb2_grpc import add_AuditServiceServicer_to_server
from verifier.v1.verifier_service_pb2_grpc import add_VerifierServiceServicer_to_server
from verifierd.api.around import Surrounded
from verifierd.api.bystanders import Bystanders
from verifierd.api.connections import connection_options, connections_of_this_process
from verifierd.api.engine import Abilities, Engine, ProblemShelf
from verifierd.api.gatekeeper import OVERSIZE_FACTOR, Gatekeeper
from verifierd.api.observed import Observed
from verifierd.api.service import VerifierService
from verifierd.api.tls import TlsFiles, server_credentials
from verifierd.api.unoffered import AuditNotOffered, VerifierServiceWithoutRecords
from verifierd.identity.recognition import Identity, open_to_all
from verifierd.observing import NOBODY, Observer

if TYPE_CHECKING:
    from verifierd.api.audit_service import AuditService
    from verifierd.api.records import Records

VERIFIER_SERVICE = verifier_service_pb2.DESCRIPTOR.services_by_name["VerifierService"].full_name
AUDIT_SERVICE = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"].full_name
UNIX_SCHEME = "unix:"


class ListenError(Exception):
    """The server cannot listen on the address that it was given."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server listens, who may come in, and what a connection may do.

    Attributes:
        listen: HOST:PORT (port 0: any free one) or unix:PATH.
        identity: who callers are and what they may use; by default anybody, as much as there is.
        tls: None: nothing is encrypted.
        message_timeout_s: seconds that a call may be silent that owes a message.
        max_streams: calls at a time over one connection; further ones wait in their client.
        max_connections: connections at a time; further ones are closed as they come.
    """

    listen: str
    identity: Identity = field(default_factory=open_to_all)
    tls: TlsFiles | None = None
    message_timeout_s: float = 1800.0
    max_streams: int = 1024
    max_connections: int = field(default_factory=connections_of_this_process)


class ApiServer:
    """Serves the API on one address. Start and stop it in the same event loop, each once."""

    def __init__(
        self,
        engine: Engine,
        shelf: ProblemShelf,
        abilities: Abilities,
        door: Door,
        records: Records | None = None,
        observer: Observer = NOBODY,
    ) -> None:
        """Serve behind this door; keep records, if any. `observer` is told of every call."""
        self._observer = observer
        metering = door.identity.metering
        self._max_message_bytes = abilities.bounds.max_message_bytes
        self._service: VerifierService
        self._audit: AuditService | None = None
        if records is None:
            self._service = VerifierServiceWithoutRecords(engine, shelf, abilities, metering)
        else:
            # Who keeps no records does not wait for the libraries of a store.
            from verifierd.api.audit_service import AuditService
            from verifierd.api.durable_service import DurableVerifierService

            self._service = DurableVerifierService(engine, shelf, abilities, metering, records)
            self._audit = AuditService(records.store, self._max_message_bytes, records.verified_with)
            records.writer.on_commit(self._audit.tell_news)
        self._door = door
        self._server: aio.Server | None = None
        self._health = health_aio.HealthServicer()
        self.address = door.listen

    async def start(self) -> None:
        """Begin to serve; `address` then says where, with the port that was chosen.

        Raises:
            ListenError: the address is malformed, taken or not allowed.
            TlsUnusable: the certificate or the key cannot be used.
        """
        door = self._door
        gatekeeper = Gatekeeper(self._max_message_bytes, door.identity, door.message_timeout_s)
        server = aio.server(
            options=[
                ("grpc.max_receive_message_length", OVERSIZE_FACTOR * self._max_message_bytes),
                ("grpc.max_send_message_length", -1),
                *connection_options(door.max_streams, door.max_connections),
            ],
        )
        observed, bystanders = Observed(self._observer), Bystanders()
        surrounded: Any = Surrounded(server, observed.around, gatekeeper.around, bystanders.around)
        add_VerifierServiceServicer_to_server(self._service, surrounded)
        add_AuditServiceServicer_to_server(self._audit or AuditNotOffered(), surrounded)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, surrounded)
        names = (VERIFIER_SERVICE, AUDIT_SERVICE, HEALTH_SERVICE, REFLECTION_SERVICE)
        reflecting = reflection_aio.ReflectionServicer(names)  # type: ignore[attr-defined]
        add_ServerReflectionServicer_to_server(reflecting, surrounded)
        self.address = _bind(server, door)
        await server.start()
        self._server = server
        await self.tell_health(True)

    async def tell_health(self, is_ready: bool) -> None:
        """Tell health checks from now on whether work is taken; once drained, it is not."""
        serving = health_pb2.HealthCheckResponse
        for name in ("", VERIFIER_SERVICE):
            await self._health.set(name, serving.SERVING if is_ready else serving.NOT_SERVING)

    async def drain(self) -> None:
        """Tell health checks that this server takes no new work; running calls go on."""
        await self._health.enter_graceful_shutdown()

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls, let running ones end for `grace_s` seconds, then cancel what is left."""
        if self._server is not None:
            await self._server.stop(grace_s)
        if self._audit is not None:
            await self._audit.close()

    async def wait_stopped(self) -> None:
        """Wait until `stop` has done its work."""
        if self._server is not None:
            await self._server.wait_for_termination()


def _bind(server: aio.Server, door: Door) -> str:
    listen = door.listen
    if listen.startswith(UNIX_SCHEME):
        path = Path(listen.removeprefix(UNIX_SCHEME))
        if not path.parent.is_dir():
            raise ListenError(f"cannot listen on {listen}: there is no folder {path.parent}; make it first")
    credentials = None if door.tls is None else server_credentials(door.tls)
    try:
        if credentials is None:
            port = server.add_insecure_port(listen)
        else:
            port = server.add_secure_port(listen, credentials)
    except RuntimeError as error:
        raise ListenError(
            f"cannot listen on {listen}: it is taken, not an address of this host, or not allowed; "
            "give another one as HOST:PORT or unix:PATH"
        ) from error
    if listen.startswith(UNIX_SCHEME):
        return listen
    return f"{listen.rpartition(':')[0]}:{port}"
