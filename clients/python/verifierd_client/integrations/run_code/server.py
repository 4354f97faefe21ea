"""The HTTP server: `POST /run_code`, and `GET /v1/ping` for who asks whether it is there.

| status | when |
|---|---|
| 200 | the program was run, or refused by its compiler |
| 400 | the request is not as it should be, or asks for what the service does not offer |
| 411, 413 | it does not say how large it is, or is too large |
| 504 | the service could not run the program: the status that verl's caller repeats a request for |
"""

from __future__ import annotations

import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

from verifierd_client._sync import Verifier
from verifierd_client.errors import OutOfRange, RequestRejected, VerifierError
from verifierd_client.integrations.run_code.requests import BadRequest, RunCode, read_request
from verifierd_client.integrations.run_code.responses import NotRun, write_response

IDLE_S = 60.0
ROOM_S = 60.0
"""Seconds that a request may wait for a sandbox, beside the time that it gives its program."""

MAX_DIGITS = 18  # of a body's length

_log = logging.getLogger("verifierd_client")


class RunCodeServer(HTTPServer):
    """Answers on HOST and PORT (0: any free one) by what a daemon does. `server_port` is where it listens.

    Args:
        address: of this server.
        verifier: reaches the daemon.
        max_requests: how many are answered at a time; others wait to be taken.
        max_body_bytes: of one request.
    """

    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(
        self,
        address: tuple[str, int],
        verifier: Verifier,
        *,
        max_requests: int = 128,
        max_body_bytes: int = 64 << 20,
    ) -> None:
        """Listen. Raises OSError where that cannot be."""
        self.verifier = verifier
        self.max_body_bytes = max_body_bytes
        self._threads = ThreadPoolExecutor(max_requests, thread_name_prefix="run-code")
        self._connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection's requests in a thread of their own."""
        self._connections.add(request)
        self._threads.submit(self._process, request, client_address)

    def _process(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError as error:
            _log.info("run_code: a connection was lost: %s", error)
        except Exception:
            _log.exception("run_code: a request was not answered")
        finally:
            self._connections.discard(request)
            self.shutdown_request(request)

    def server_close(self) -> None:
        """Listen no longer; requests that are here are still answered, and connections end after them."""
        super().server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        self._threads.shutdown()

    def answer(self, body: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
        """Return the status and JSON that answer a request to run code."""
        try:
            given = json.loads(body)
        except (ValueError, RecursionError) as error:
            return HTTPStatus.BAD_REQUEST, {"detail": f"the body must be JSON: {error}"}
        try:
            return HTTPStatus.OK, self._run(read_request(given))
        except (BadRequest, OutOfRange, RequestRejected) as error:
            return HTTPStatus.BAD_REQUEST, {"detail": str(error)}
        except UnicodeEncodeError:
            return HTTPStatus.BAD_REQUEST, {"detail": "a path has a lone surrogate, which is no Unicode text"}
        except (VerifierError, NotRun) as error:
            _log.warning("run_code: could not run a program: %s", error)
            return HTTPStatus.GATEWAY_TIMEOUT, {"detail": f"the service could not run it: {error}"}

    def _run(self, asked: RunCode) -> dict[str, Any]:
        timeout_s = asked.compile_timeout_s + asked.run_timeout_s + ROOM_S
        (result,) = self.verifier.verify(asked.problem(), [asked.candidate()], timeout_s=timeout_s).results
        return write_response(result, asked.language, asked.fetch_files)


class _Handler(BaseHTTPRequestHandler):
    server: RunCodeServer
    server_version = "verifierd-run-code"
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float] = IDLE_S

    def do_POST(self) -> None:
        """Run code."""
        if self.path.partition("?")[0].rstrip("/") != "/run_code":
            self._refuse(HTTPStatus.NOT_FOUND, "the paths here are /run_code and /v1/ping")
            return
        length, allowed = self.headers.get("Content-Length", ""), self.server.max_body_bytes
        if not length.isdecimal():
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "the header Content-Length must say the body's bytes")
        elif len(length) > MAX_DIGITS or int(length) > allowed:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body may have up to {allowed} bytes")
        else:
            self._send(*self.server.answer(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        """Say that the server is there."""
        if self.path == "/v1/ping":
            self._send(HTTPStatus.OK, "pong")
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "the paths here are POST /run_code and GET /v1/ping")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with what is wrong; the connection ends, since its body was not read."""
        self.close_connection = True
        self._send(status, {"detail": detail})

    def _send(self, status: HTTPStatus, answer: Any) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log a request where somebody listens to the client's log."""
        _log.debug("run_code: %s", format % args)
