"""A long search: one round of every part after the other, until the time is over or a part has failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import grpc

from tests.support.backends import Backend, Service, serving
from verifierd_client import CallTest, Problem, Verdict, Verifier, VerifierError

from .batches import Batches
from .expressions import FORGED_TREE
from .forms import HOSTILE_TEXT, ROUND_TRIP
from .peers import CONVERSATIONS, MESSAGES
from .programs import KINDS
from .requests import requests
from .search import Property, search
from .supervisors import SUPERVISORS

OFFLINE = (SUPERVISORS, ROUND_TRIP, HOSTILE_TEXT, FORGED_TREE, MESSAGES, CONVERSATIONS)
CASES_A_ROUND = 60
LOST_WITHIN_S = 60.0
ADD = Problem("add", [CallTest("add", args=(1, 2), expected=3)])
SOLUTION = "def add(a, b):\n    return a + b\n"


@dataclass(frozen=True, slots=True)
class Part:
    """What is fuzzed on its own; a round of a seed is always the same cases."""

    name: str
    round: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Failed:
    """A round that failed, and how to run it again."""

    part: str
    seed: int
    what: str
    command: str


@dataclass(slots=True)
class Summary:
    """What a campaign found."""

    seed: int
    backend: str
    seconds: float = 0.0
    rounds: int = 0
    cases: dict[str, int] = field(default_factory=dict)
    failures: list[Failed] = field(default_factory=list)
    daemon_failures: list[str] = field(default_factory=list)
    infrastructure_errors_repeated: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Say whether nothing failed."""
        return not self.failures and not self.daemon_failures

    def told(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {"holds": self.holds, "total_cases": sum(self.cases.values()), **asdict(self)}


class Campaign:
    """All parts against one daemon."""

    def __init__(self, service: Service, verifier: Verifier, channel: grpc.Channel) -> None:
        self._service = service
        self._verifier = verifier
        self.batches = Batches(service, verifier)
        searched: Sequence[Property] = (*OFFLINE, requests(service, channel))
        self.parts = [
            *(Part(prop.name, partial(search, prop, CASES_A_ROUND)) for prop in searched),
            *(Part(kind.name, partial(self.batches.round, kind)) for kind in KINDS),
        ]

    def run(
        self, seconds: float, seed: int, only: str | None, progress: Callable[[Summary, str], None]
    ) -> Summary:
        """Run rounds until the time is over. A part that failed is left out from then on."""
        summary = Summary(seed, self._service.backend.name)
        parts = [part for part in self.parts if only in (None, part.name)]
        started = time.monotonic()
        while parts and time.monotonic() - started < seconds:
            for part in list(parts):
                progress(summary, part.name)
                failed = self._round(part, seed + summary.rounds, summary)
                if failed is not None:
                    summary.failures.append(failed)
                    parts.remove(part)
            summary.rounds += 1
            if (lost := self._serves_on()) is not None:
                summary.daemon_failures.append(lost)
                break
        try:
            self.batches.check_host()
        except (AssertionError, OSError) as error:
            summary.failures.append(Failed("host", seed, str(error), ""))
        summary.daemon_failures += _faults_told(self._service)
        summary.seconds = round(time.monotonic() - started, 1)
        summary.verdicts = dict(self.batches.verdicts)
        summary.infrastructure_errors_repeated = self.batches.repeated
        return summary

    def _round(self, part: Part, seed: int, summary: Summary) -> Failed | None:
        try:
            count = part.round(seed)
        except Exception as error:
            what = "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
            again = f'python -m tests.security.fuzz --only "{part.name}" --seed {seed} --seconds 1'
            return Failed(part.name, seed, what[:4000], f"{again} --backend {self._service.backend.name}")
        summary.cases[part.name] = summary.cases.get(part.name, 0) + count
        return None

    def _serves_on(self) -> str | None:
        """Return why the daemon no longer serves as it should; None where it does."""
        try:
            result = self._verifier.verify(ADD, [SOLUTION], timeout_s=LOST_WITHIN_S).results[0]
        except VerifierError as error:
            return f"{type(error).__name__}: {error}"
        return None if result.verdict is Verdict.ACCEPTED else f"{result.verdict.value}: {result.detail}"


@contextmanager
def campaign(backend: Backend) -> Iterator[Campaign]:
    """A campaign with a daemon of its own."""
    with ExitStack() as stack:
        service = stack.enter_context(serving(backend))
        verifier = stack.enter_context(Verifier(service.address))
        channel = stack.enter_context(grpc.insecure_channel(service.address))
        yield Campaign(service, verifier, channel)


def _faults_told(service: Service) -> list[str]:
    """The lines of the daemon's log in which it says that it failed."""
    lines = service.log.read_text("utf-8", "replace").splitlines()
    return [line[:2000] for line in lines if "request failed" in line or "Traceback" in line]
