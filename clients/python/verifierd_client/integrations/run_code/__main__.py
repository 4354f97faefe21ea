"""The command `verifierd-run-code`: SandboxFusion's run_code in front of a daemon, until told to end."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading

from verifierd_client._sync import Verifier
from verifierd_client.integrations.run_code.server import RunCodeServer

DESCRIPTION = """\
Answers SandboxFusion's POST /run_code by what a verifierd daemon does, so that trainers and evaluators
configured for SandboxFusion work unchanged: give them http://HOST:PORT/run_code.

It takes requests of anybody who reaches HOST:PORT, as SandboxFusion does: keep it on 127.0.0.1, or in a
network of your own."""

ENDING = frozenset({signal.SIGINT, signal.SIGTERM})


def main() -> int:
    """Serve. Returns 0 when told to end, 2 where it cannot listen."""
    given = _parser().parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # in the threads to come, too: one waits for them
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    host, port = given.listen
    verifier = Verifier(given.server)
    try:
        server = RunCodeServer((host, port), verifier, max_body_bytes=given.max_body_mib << 20)
    except OSError as error:
        sys.stderr.write(f"verifierd-run-code: cannot listen on {host}:{port}: {error}\n")
        return 2
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    sys.stdout.write(f"listening on http://{host}:{server.server_port}/run_code\n")
    sys.stdout.flush()
    signal.sigwait(ENDING)
    server.shutdown()
    server.server_close()
    verifier.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="verifierd-run-code",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--listen",
        type=_host_and_port,
        default="127.0.0.1:8080",
        metavar="HOST:PORT",
        help="where requests are taken; port 0 takes a free one (default: 127.0.0.1:8080)",
    )
    parser.add_argument(
        "--server",
        required=True,
        metavar="ADDRESS",
        help="where the daemon is, HOST:PORT or unix:PATH, as `verifierd serve --listen` was told",
    )
    parser.add_argument(
        "--max-body-mib",
        type=int,
        default=64,
        metavar="MIB",
        help="the largest request that is taken (default: 64)",
    )
    return parser


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"must be HOST:PORT, such as 127.0.0.1:8080, and is {text!r}")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    raise SystemExit(main())
