"""The gRPC server: services, health, reflection, message sizes, addresses, start and stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_health.v1.health import aio as health_aio  # type: ignore[attr-defined]
from grpc_reflection.v1alpha import reflection

from verifier.v1 import audit_service_pb2, verifier_service_pb2
from verifier.v1.audit_service_pb2_grpc import add_AuditServiceServicer_to_server
from verifier.v1.verifier_service_pb2_grpc import add_VerifierServiceServicer_to_server
from verifierd.api.engine import Abilities, Engine, ProblemShelf
from verifierd.api.gatekeeper import OVERSIZE_FACTOR, Gatekeeper
from verifierd.api.observed import Observed
from verifierd.api.service import VerifierService
from verifierd.api.unoffered import AuditNotOffered, VerifierServiceWithoutRecords
from verifierd.observing import NOBODY, Observer

if TYPE_CHECKING:
    from verifierd.api.audit_service import AuditService
    from verifierd.api.records import Records

VERIFIER_SERVICE = verifier_service_pb2.DESCRIPTOR.services_by_name["VerifierService"].full_name
AUDIT_SERVICE = audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"].full_name
UNIX_SCHEME = "unix:"


class ListenError(Exception):
    """The server cannot listen on the address that it was given."""


class ApiServer:
    """Serves the API on one address. Start and stop it in the same event loop, each once."""

    def __init__(
        self,
        engine: Engine,
        shelf: ProblemShelf,
        abilities: Abilities,
        listen: str,
        records: Records | None = None,
        observer: Observer = NOBODY,
    ) -> None:
        """Serve on `listen`: HOST:PORT (port 0: any free one) or unix:PATH; keep records, if any.

        `observer` is told of every call.
        """
        self._observer = observer
        self._max_message_bytes = abilities.bounds.max_message_bytes
        self._service: VerifierService
        self._audit: AuditService | None = None
        if records is None:
            self._service = VerifierServiceWithoutRecords(engine, shelf, abilities)
        else:
            # Who keeps no records does not wait for the libraries of a store.
            from verifierd.api.audit_service import AuditService
            from verifierd.api.durable_service import DurableVerifierService

            self._service = DurableVerifierService(engine, shelf, abilities, records)
            self._audit = AuditService(records.store, self._max_message_bytes, records.verified_with)
            records.writer.on_commit(self._audit.tell_news)
        self._listen = listen
        self._server: aio.Server | None = None
        self._health = health_aio.HealthServicer()
        self.address = listen

    async def start(self) -> None:
        """Begin to serve; `address` then says where, with the port that was chosen.

        Raises:
            ListenError: the address is malformed, taken or not allowed.
        """
        server = aio.server(
            interceptors=[Observed(self._observer), Gatekeeper(self._max_message_bytes)],
            options=[
                ("grpc.max_receive_message_length", OVERSIZE_FACTOR * self._max_message_bytes),
                ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", 0),
            ],
        )
        add_VerifierServiceServicer_to_server(self._service, server)
        add_AuditServiceServicer_to_server(self._audit or AuditNotOffered(), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = (VERIFIER_SERVICE, AUDIT_SERVICE, HEALTH_SERVICE, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, server)
        self.address = _bind(server, self._listen)
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


def _bind(server: aio.Server, listen: str) -> str:
    if listen.startswith(UNIX_SCHEME):
        path = Path(listen.removeprefix(UNIX_SCHEME))
        if not path.parent.is_dir():
            raise ListenError(f"cannot listen on {listen}: there is no folder {path.parent}; make it first")
    try:
        port = server.add_insecure_port(listen)
    except RuntimeError as error:
        raise ListenError(
            f"cannot listen on {listen}: it is taken, not an address of this host, or not allowed; "
            "give another one as HOST:PORT or unix:PATH"
        ) from error
    if listen.startswith(UNIX_SCHEME):
        return listen
    return f"{listen.rpartition(':')[0]}:{port}"
