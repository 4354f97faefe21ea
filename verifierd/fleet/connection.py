"""One connection to NATS: made by the settings, kept up for ever, with its health told.

A server that goes away is looked for again until it is back: pauses are short and never grow, since a worker
that is not back within `ack_wait_s` has its work given to another. Whoever publishes asks `published` for an
acknowledged message that survives that; subscriptions are the library's to renew.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.refusals import PersistentClient, Refusals
from verifierd.fleet.settings import JetStreamSettings
from verifierd.logs import get_logger

RECONNECT_PAUSE_S = 0.5
PING_S, LOST_PINGS = 2, 3  # a server that answers none of three pings is gone
BUFFER_BYTES = 8 << 20  # of what is written while no server is there
REQUEST_TIMEOUT_S = 5.0
RETRY_PAUSES_S = (0.05, 0.2, 0.5, 1.0)
MESSAGE_ID = "Nats-Msg-Id"
REFUSED_ADVICE = (
    "see jetstream.credentials_file, the user and password in jetstream.servers, and the certificates of "
    "[jetstream]"
)

# What a server that is on its way up, or has just gone, makes of a request. All of it passes.
PASSING = (NatsError, TimeoutError, ConnectionError)


class Connection:
    """A connection that `connect` made. Close it in the event loop that it was made in."""

    def __init__(self, client: Client, settings: JetStreamSettings, refusals: Refusals) -> None:
        self.settings = settings
        self.refusals = refusals
        self.client = client
        self.jetstream: JetStreamContext = client.jetstream(timeout=REQUEST_TIMEOUT_S)
        self._back: list[Callable[[], Awaitable[None]]] = []
        self._telling: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._log = get_logger(__name__)

    @property
    def is_connected(self) -> bool:
        """Whether a server is there at the moment."""
        return self.client.is_connected

    @property
    def trouble(self) -> str:
        """Return why nothing goes through at the moment; empty: it does."""
        if self.is_connected:
            return ""
        if self.refusals.cause:
            return f"NATS refuses us ({self.refusals.cause}); {REFUSED_ADVICE}"
        return "NATS does not answer"

    @property
    def server(self) -> str:
        """Return the address of the server in use, or of the last one; without a password."""
        return _without_password(self.client.connected_url.geturl()) if self.client.connected_url else ""

    def on_reconnect(self, called: Callable[[], Awaitable[None]]) -> None:
        """Call this after each time that a server was found again, perhaps one that has lost everything."""
        self._back.append(called)

    async def publish(self, subject: str, content: bytes = b"") -> None:
        """Publish to whoever listens now; where no server is there it may be lost."""
        with contextlib.suppress(*PASSING):
            await self.client.publish(subject, content)

    async def published(self, subject: str, content: bytes, message_id: str) -> int:
        """Publish into a stream and return its sequence there once the server has it.

        What fails in passing, or finds the stream full, is tried again until it works: cancel it to give up.
        A stream keeps one message of an id within two minutes, so a try too many does no harm.

        Raises:
            MaxPayloadError: the content is larger than the server takes (`client.max_payload`).
        """
        failures = 0
        while True:
            try:
                ack = await self.jetstream.publish(subject, content, headers={MESSAGE_ID: message_id})
            except nats.errors.MaxPayloadError:
                raise
            except PASSING as error:
                if not failures:
                    self._log.warning("publish_delayed", subject=subject, cause=_words(error))
                await asyncio.sleep(RETRY_PAUSES_S[min(failures, len(RETRY_PAUSES_S) - 1)])
                failures += 1
            else:
                return ack.seq

    async def close(self) -> None:
        """Say goodbye to the server; what is still buffered is written, where a server is there."""
        self._is_closing = True
        for telling in self._telling:
            telling.cancel()
        with contextlib.suppress(*PASSING):
            if self.client.is_connected:
                await asyncio.wait_for(self.client.flush(), REQUEST_TIMEOUT_S)
        with contextlib.suppress(*PASSING):
            await self.client.close()

    async def _tell_back(self) -> None:
        """Tell who wants to know, in a task: what fails there is no failure to connect."""
        self.refusals.ended()
        self._log.info("nats_connected", server=self.server)
        telling = asyncio.create_task(self._tell_all())
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _tell_all(self) -> None:
        for called in self._back:
            try:
                await called()
            except (FleetUnavailable, *PASSING) as error:  # the server has gone again, and will be back
                self._log.warning("nats_trouble", cause=_words(error))

    async def _tell_closed(self) -> None:
        if not self._is_closing:
            advice = (
                "the connection is over for good, and the server's log says why; start this process again"
            )
            self._log.error(
                "nats_closed", cause=_words(self.client.last_error or "none was given"), advice=advice
            )


async def connect(settings: JetStreamSettings, name: str) -> Connection:
    """Return a connection, known to the server as `name`.

    Raises:
        FleetUnavailable: no server is there, lets us in and has JetStream within `connect_timeout_s`.
    """
    client, refusals = PersistentClient(), Refusals()
    connection = Connection(client, settings, refusals)
    log = get_logger(__name__)
    troubles: list[str] = []

    async def trouble(error: Exception) -> None:
        said, is_refusal = _words(error), refusals.heard(error)
        if troubles[-1:] != [said]:
            troubles.append(said)
            if is_refusal:
                log.error("nats_refuses", cause=said, advice=REFUSED_ADVICE)
            else:
                log.warning("nats_trouble", cause=said)
        if is_refusal and client.is_reconnecting:  # the library waits for this before it tries again
            await refusals.pause()

    async def gone() -> None:
        troubles.clear()
        if not client.is_closed:
            log.warning("nats_disconnected")

    options: dict[str, Any] = {}
    if settings.credentials_file is not None:
        options["user_credentials"] = str(settings.credentials_file)
    connecting = client.connect(
        list(settings.servers),
        name=name,
        error_cb=trouble,
        disconnected_cb=gone,
        reconnected_cb=connection._tell_back,
        closed_cb=connection._tell_closed,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_PAUSE_S,  # type: ignore[arg-type]
        ping_interval=PING_S,
        max_outstanding_pings=LOST_PINGS,
        pending_size=BUFFER_BYTES,
        tls=_tls(settings),
        **options,
    )
    where = ", ".join(map(_without_password, settings.servers))
    try:
        await asyncio.wait_for(connecting, settings.connect_timeout_s)
        await connection.jetstream.account_info()
        refusals.ended()
    except ModuleNotFoundError as error:
        raise FleetUnavailable(f"a credentials file needs {error.name}: pip install {error.name}") from error
    except (OSError, *PASSING) as error:
        connection._is_closing = True
        with contextlib.suppress(*PASSING):
            await client.close()
        if client.stats["in_msgs"] or isinstance(error, APIError):
            raise FleetUnavailable(f"{where} has no JetStream; start nats-server with -js") from error
        why = troubles[-1] if troubles else _words(error)
        if refusals.cause:
            raise FleetUnavailable(
                f"NATS at {where} refuses us ({refusals.cause}); {REFUSED_ADVICE}"
            ) from error
        raise FleetUnavailable(f"no NATS server answers at {where}: {why}; see jetstream.servers") from error
    return connection


def _tls(settings: JetStreamSettings) -> ssl.SSLContext | None:
    """Return the TLS that the settings want. Raises FleetUnavailable where a file cannot be used."""
    if not (settings.ca_file or settings.certificate_file):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file is not None:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        files = (settings.ca_file, settings.certificate_file, settings.key_file)
        named = ", ".join(str(file) for file in files if file is not None)
        raise FleetUnavailable(f"the TLS files of [jetstream] ({named}) cannot be used: {error}") from error
    return context


def _words(error: BaseException | str) -> str:
    return str(error) or type(error).__name__


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
