"""What `make prove-clients` measures: decoding that is verified meanwhile, a crowd, and every framework."""

from __future__ import annotations

from pathlib import Path

from tests.prove import frameworks, replayed, replayed_strategies
from tests.prove.client_crowd import PROCESSES, crowd
from tests.prove.crowd_member import THREADS
from tests.prove.harness import Line


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in: what needs a quiet machine first."""
    return [
        *replayed.lines(repository),
        *replayed_strategies.lines(repository),
        Line(
            f"{PROCESSES} client processes of {THREADS} threads, one daemon, killed and started in between",
            "no deadlock, no descriptors more, no verdict lost or mixed up",
            lambda: crowd(scratch),
        ),
        *frameworks.lines(repository, scratch),
    ]
