"""Spare CPUs of a Ray cluster as workers of a fleet: each actor runs one `verifierd worker`.

Run it in Ray's environment; verifierd has its own, in the same place on every node, and never imports Ray:

    python workers.py --verifierd /opt/verifierd/bin/verifierd --workers 16 --cpus 4

Variables that begin with VERIFIERD_ go along to the workers, such as VERIFIERD_JETSTREAM__SERVERS. A node
that is lost takes its actors along, and Ray starts them elsewhere; what they had in hand goes to other
workers, as with any that is lost. The first SIGINT or SIGTERM drains: what has begun ends. A second one ends
at once. Exits 0 after either.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from types import FrameType

import ray

PREFIX = "VERIFIERD_"
DRAIN_S = 90.0
PAUSE_S = 2.0  # before a worker that ended by itself is started again
LOOK_S = 0.5


class Worker:
    """One `verifierd worker` on whichever node Ray chose; two of its methods may run at a time."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def run(self) -> str:
        """Keep the worker running until `stop`; return the node that it ran on."""
        while not self._stopping:
            self._process = subprocess.Popen(self._command, env=os.environ | self._environment)
            code = self._process.wait()
            if not self._stopping:
                sys.stderr.write(f"the worker ended with {code}; it is started again\n")
                time.sleep(PAUSE_S)
        return str(ray.get_runtime_context().get_node_id())

    def stop(self) -> None:
        """Let it end what it has begun."""
        self._stopping = True
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(DRAIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


def main() -> int:
    """Start the actors, wait for a signal, drain."""
    arguments = _arguments()
    ray.init(address=arguments.address, include_dashboard=False)
    environment = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    environment |= {f"{PREFIX}SANDBOX__COUNT": str(arguments.cpus), f"{PREFIX}SANDBOX__PIN_CPUS": "false"}
    command = [arguments.verifierd, "worker", *(["--config", arguments.config] if arguments.config else [])]
    actor = ray.remote(
        num_cpus=arguments.cpus,
        max_restarts=-1,  # on another node, where this one is lost
        max_task_retries=-1,
        max_concurrency=2,
        scheduling_strategy="SPREAD",
    )(Worker)
    workers = [actor.remote(command, environment) for _ in range(arguments.workers)]
    running = [worker.run.remote() for worker in workers]
    signals = _Signals()
    sys.stdout.write(f"{len(workers)} workers asked for\n")
    sys.stdout.flush()
    while not signals.count:
        time.sleep(LOOK_S)
    stopping = [worker.stop.remote() for worker in workers]
    while stopping and signals.count == 1:
        _, stopping = ray.wait(stopping, num_returns=len(stopping), timeout=LOOK_S)
    if signals.count == 1:
        ray.wait(running, num_returns=len(running), timeout=LOOK_S)
    for worker in workers:
        ray.kill(worker)
    return 0


class _Signals:
    """Counts the signals that ask for an end."""

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--verifierd", required=True, help="the program, in the same place on every node")
    parser.add_argument("--workers", type=int, default=1, help="how many (default 1)")
    parser.add_argument("--cpus", type=int, default=2, help="of each, and as many sandboxes (default 2)")
    parser.add_argument("--config", help="its file of settings, in the same place on every node")
    parser.add_argument(
        "--address", help="of the cluster (default: RAY_ADDRESS, else the one here, else a new one)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
