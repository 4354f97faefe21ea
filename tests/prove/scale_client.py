"""`python -m tests.prove.scale_client ADDRESS DATA COUNT NAME`: hands one batch in and watches it.

ADDRESS is gRPC's: with several in it, the client goes to another front end by itself when one is lost, and
watches from its last event. Prints a line of JSON for each result, and one for the end.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.prove.scale_candidates import batch
from verifierd_client import Options, Verifier, VerifierError

GIVES_UP_S = 3600.0
PAUSE_S = 0.5
OPTIONS = Options(include_outputs=False)


def main(arguments: Sequence[str]) -> int:
    """Submit, watch, print."""
    address, data, count, name = arguments
    problem, candidates = batch(Path(data), int(count))
    deadline = time.monotonic() + GIVES_UP_S
    batch_id, last, told = "", 0, 0
    while time.monotonic() < deadline:
        try:
            with Verifier(address, timeout_s=GIVES_UP_S, retries=20) as verifier:
                if not batch_id:
                    batch_id = verifier.submit(problem, candidates, OPTIONS, request_id=name).id
                    _say(accepted=batch_id)
                watch = verifier.watch(batch_id, after=last)
                try:
                    for result in watch:
                        told += 1
                        _say(
                            candidate=result.candidate_id,
                            verdict=result.verdict.name,
                            detail=result.detail,
                            sequence=watch.last_sequence,
                            at_s=time.monotonic(),
                        )
                    summary = watch.summary
                finally:
                    last = watch.last_sequence
                counts = {verdict.name: number for verdict, number in summary.verdict_counts.items()}
                _say(
                    ended=told,
                    counts=counts,
                    stop=str(summary.stop_reason),
                    executions=summary.cost.executions,
                )
                return 0
        except VerifierError as error:
            _say(trouble=f"{type(error).__name__}: {error}", at_s=time.monotonic())
            time.sleep(PAUSE_S)
    return 1


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
