"""Runs in the set `evals`: verifiers' own eval of the environment `verifiers_adding`.

    python verifiers_evals.py ADDRESS AWAY FOLDER

The model is a server of ours that says what it is told to. The last line of standard output is what the
traces say.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Thread
from typing import Any

from verifiers.v1.cli.eval.runner import run_eval
from verifiers.v1.configs.cli.eval import EvalConfig

ENVIRONMENT = "verifiers_adding"
RIGHT = "It adds.\n```python\ndef add(a, b):\n    return a + b\n```"
WRONG = "```python\ndef add(a, b):\n    return 3\n```"


@contextmanager
def model(*answers: str) -> Iterator[str]:
    """Serve a model, of an OpenAI-compatible kind, that gives these answers in turn; give its address."""
    turns = cycle(answers)

    class Says(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            choice = {
                "index": 0,
                "message": {"role": "assistant", "content": next(turns)},
                "finish_reason": "stop",
            }
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "says"}
            body = json.dumps(answer | {"choices": [choice], "usage": usage}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def evaluated(endpoint: str, address: str, on_infra: str, folder: str) -> dict[str, Any]:
    """Return what the episode of one task says."""
    config = EvalConfig.model_validate(
        {
            "env": {
                "taskset": {"id": ENVIRONMENT, "task": {"address": address, "on_infra": on_infra}},
                "agent": {"harness": {"id": ENVIRONMENT}, "runtime": {"type": "subprocess"}},
            },
            "model": "says",
            "client": {"base_url": endpoint, "api_key_var": "NO_KEY_IS_NEEDED"},
            "output_dir": folder,
            "push": False,
            "rich": None,
        }
    )
    (episode,) = asyncio.run(run_eval(config))
    return {
        "ok": episode.ok,
        "errors": [error.type for error in episode.errors],
        "traces": [
            {
                "ok": trace.ok,
                "reward": trace.reward,
                "scores": {name: each and each.score for name, each in trace.rewards.items()},
                "error": trace.last_error and trace.last_error.type,
            }
            for trace in episode.traces
        ],
    }


def main(address: str, away: str, folder: str) -> dict[str, Any]:
    """Do all of it."""
    with model(RIGHT, WRONG) as endpoint:
        return {
            "judged": evaluated(endpoint, address, "raise", folder),
            "away": {
                on_infra: evaluated(endpoint, away, on_infra, folder)
                for on_infra in ("none", "raise", "zero")
            },
        }


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(*sys.argv[1:])) + "\n")
