"""Serves the console over HTTP until a signal."""

from __future__ import annotations

import ipaddress
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from verifierd.audit.store import Store
from verifierd.console.app import console_app
from verifierd.console.shelf import Shelf
from verifierd.stopping import SIGNALLED, heeded, leave_the_next_to_the_kernel

CLOSING_GRACE_S = 2
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]", "::1")


class CannotListen(Exception):
    """The console cannot be served at an address; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen; port 0: any free one."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Certificates:
    """TLS for the console, by files in PEM: its own chain and key, and who signs readers' certificates."""

    certificate: Path
    key: Path
    client_ca: Path

    def for_uvicorn(self) -> dict[str, Any]:
        """Return them as uvicorn takes them. Raises CannotListen where they cannot be used."""
        try:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.client_ca))
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            files = f"{self.certificate}, {self.key} and {self.client_ca}"
            raise CannotListen(
                f"TLS cannot be spoken with {files}: {error.strerror or error}; they must be PEM, the key "
                "that of the certificate, and without a password"
            ) from None
        return {
            "ssl_certfile": self.certificate,
            "ssl_keyfile": self.key,
            "ssl_ca_certs": str(self.client_ca),
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
        }


def listen_of(text: str) -> Listen:
    """Return the address that HOST:PORT means; an IPv6 address is in brackets. Raises CannotListen."""
    host, colon, port = text.rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if is_bracketed else host
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65_535) or (
        ":" in host and not is_bracketed
    ):
        raise CannotListen(f"{text!r} is no address: give HOST:PORT, such as 127.0.0.1:8081 or [::1]:8081")
    return Listen(host, int(port))


def check_names(names: Sequence[str]) -> None:
    """Raise CannotListen where one of these is no name of a host."""
    for name in names:
        if not name or set(name) & set("*:/ "):
            raise CannotListen(
                f"{name!r} is no name of a host; give one without a port, such as console.example"
            )


def serve(
    store: Store,
    listen: Listen,
    names: Sequence[str],
    on_ready: Callable[[str], None],
    certificates: Certificates | None = None,
) -> int:
    """Serve a store's console until SIGTERM or SIGINT, and return the exit status.

    It is 0, or 128 and the signal's number where it came before the console answered. A second signal ends
    the process at once. SIGINT is left alone where it is ignored.

    Args:
        store: what is shown.
        listen: where.
        names: by which other hosts ask for it, beside the address itself.
        on_ready: called with the console's URL once it answers.
        certificates: with them, TLS is spoken with readers who have a certificate, and with nobody else.

    Raises:
        CannotListen: the address cannot be listened on, a name is none, or a certificate cannot be used.
    """
    check_names(names)
    tls = {} if certificates is None else certificates.for_uvicorn()
    with _bound(listen) as bound:
        port = bound.getsockname()[1]
        shown = f"[{listen.host}]" if ":" in listen.host else listen.host
        app = console_app(Shelf(store), [*LOOPBACK_NAMES, shown, *names])
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=CLOSING_GRACE_S,
            **tls,
        )
        scheme = "https" if tls else "http"
        server = _Server(config, lambda: on_ready(f"{scheme}://{shown}:{port}/"))
        server.run(sockets=[bound])
        return server.status


class _Server(uvicorn.Server):
    """Says when it answers, and keeps the exit status."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self.status = 0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, and stay so. Uvicorn itself would send it on to the process."""
        for number in heeded():
            signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take the first signal; the kernel takes the second."""
        leave_the_next_to_the_kernel()
        self.should_exit = True
        self.status = 0 if self.started else SIGNALLED + sig


@contextmanager
def _bound(listen: Listen) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    bound = socket.socket(family)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((listen.host, listen.port))
        except OSError as error:
            raise CannotListen(
                f"cannot listen on {listen.host} port {listen.port}: {error.strerror or error}; give another "
                "address by --listen HOST:PORT"
            ) from None
        yield bound
    finally:
        bound.close()
