"""The HTTP endpoint of /metrics, /healthz and /readyz, in threads of its own: it can tell a loop that hangs.

It is for machines that ask a few times a minute. Whoever is slow, or comes while all places are taken, is
cut off: nobody can hold it up, and the event loop is asked for a reading and for nothing else.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, make_wsgi_app

from verifierd.logs import get_logger
from verifierd.telemetry.collecting import ReadingCollector
from verifierd.telemetry.errors import CannotListen
from verifierd.telemetry.reading import Reading

LOOP_ANSWERS_WITHIN_S = 2.0
CALL_WITHIN_S = 10.0
CALLS_AT_A_TIME = 8
LOOK_S = 0.5

_JSON, _TEXT = "application/json", "text/plain; charset=utf-8"
_log = get_logger(__name__)


class LoopReader:
    """Has a reading made in an event loop, for another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, read: Callable[[], Reading]) -> None:
        """`read` is called in the loop."""
        self._loop = loop
        self._read = read

    def ask(self) -> tuple[Reading, float] | None:
        """Return a reading, and how many seconds the loop let wait for it; None: there is no answer."""
        asked_s = time.perf_counter()
        answer: concurrent.futures.Future[tuple[Reading, float] | None] = concurrent.futures.Future()

        def in_the_loop() -> None:
            waited_s = time.perf_counter() - asked_s
            try:
                answer.set_result((self._read(), waited_s))
            except Exception:  # whoever asks learns that nothing is known, and what was counted
                _log.exception("reading_failed")
                answer.set_result(None)

        try:
            self._loop.call_soon_threadsafe(in_the_loop)
        except RuntimeError:  # the loop has ended
            return None
        try:
            return answer.result(LOOP_ANSWERS_WITHIN_S)
        except TimeoutError:
            return None


class Endpoint:
    """Serves one address from `start` to `close`."""

    def __init__(self, listen: str, registry: CollectorRegistry, reader: LoopReader) -> None:
        """Serve on `listen`, HOST:PORT; port 0: any free one."""
        self._listen = listen
        self._reader = reader
        self._metrics = make_wsgi_app(registry)
        self._server: _Server | None = None
        self.address = listen

    def start(self) -> None:
        """Begin to serve; `address` then has the port. Raises CannotListen."""
        host, _, port = self._listen.rpartition(":")
        try:
            server = _Server((host.strip("[]"), int(port)), self._answer)
        except OSError as error:
            raise CannotListen(
                f"cannot listen on {self._listen} for telemetry: {error.strerror or error}; give another "
                "address as telemetry.listen"
            ) from error
        self._server = server
        self.address = f"{host}:{server.server_port}"
        threading.Thread(
            target=server.serve_forever, args=(LOOK_S,), name="verifierd-telemetry", daemon=True
        ).start()

    def close(self) -> None:
        """End it; whoever is being answered is cut off. Blocks for up to half a second."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut_off()
            self._server = None

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case _, "/metrics":
                return list(self._metrics(environ, start_response))
            case "GET" | "HEAD", "/healthz":
                answer = self._health()
            case "GET" | "HEAD", "/readyz":
                answer = self._readiness()
            case "GET" | "HEAD", _:
                answer = "404 Not Found", _TEXT, b"there are /metrics, /healthz and /readyz\n"
            case _:
                answer = "405 Method Not Allowed", _TEXT, b"use GET\n"
        status, kind, body = answer
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _health(self) -> tuple[str, str, bytes]:
        if self._reader.ask() is None:
            said = f"the event loop did not answer within {LOOP_ANSWERS_WITHIN_S:g} s\n"
            return "503 Service Unavailable", _TEXT, said.encode()
        return "200 OK", _TEXT, b"ok\n"

    def _readiness(self) -> tuple[str, str, bytes]:
        answer = self._reader.ask()
        if answer is None:
            why = {"loop": f"the event loop did not answer within {LOOP_ANSWERS_WITHIN_S:g} s"}
        else:
            why = dict(answer[0].not_ready)
        body = json.dumps({"ready": not why, "not_ready": why}, sort_keys=True).encode() + b"\n"
        return "503 Service Unavailable" if why else "200 OK", _JSON, body


@asynccontextmanager
async def serving(
    listen: str, registry: CollectorRegistry, read: Callable[[], Reading]
) -> AsyncIterator[str]:
    """Serve these metrics, and those of readings in the running loop, for the length of the block.

    Gives the address. Raises CannotListen.
    """
    reader = LoopReader(asyncio.get_running_loop(), read)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(ReadingCollector(reader.ask))
    endpoint = Endpoint(listen, registry, reader)
    endpoint.start()
    _log.info("telemetry_served", address=endpoint.address)
    try:
        yield endpoint.address
    finally:
        await asyncio.to_thread(endpoint.close)


class _Handler(WSGIRequestHandler):
    """Reads one request. HTTP/1.0: one request a connection."""

    timeout = CALL_WITHIN_S

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection, so many at a time, each for so long."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(self, address: tuple[str, int], app: Callable[..., Iterable[bytes]]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, _Handler)
        self.set_app(app)

    def server_bind(self) -> None:
        """Bind without asking a name server what this host is called."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Take a connection where there is a place for it; what is refused is closed."""
        with self._lock:
            if len(self._open) >= CALLS_AT_A_TIME:
                return False
            self._open[request] = time.monotonic() + CALL_WITHIN_S
        return True

    def shutdown_request(self, request: Any) -> None:
        """Free the place of a connection, and close it."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Cut off whoever takes longer than is allowed, byte by byte or not."""
        now = time.monotonic()
        with self._lock:
            late = [each for each, ends_at in self._open.items() if ends_at <= now]
        for each in late:
            _hang_up(each)

    def cut_off(self) -> None:
        """Cut off whoever is left."""
        with self._lock:
            left = list(self._open)
        for each in left:
            _hang_up(each)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Note a connection that broke off."""
        _log.debug("telemetry_request_failed", exc_info=True)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has gone
