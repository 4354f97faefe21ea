"""The attacked service: a daemon for each backend, with canaries around it, and a row for each attack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.security.attacks.canaries import VARIABLE, Canaries, planted
from tests.security.attacks.host import Containers
from tests.support.backends import BACKENDS, REPOSITORY, Backend, Service, serving, why_not
from verifierd_client import Candidate, Problem, StdioTest, Verifier

SANDBOXES = 2
NEXT_CANDIDATE = Path(__file__).with_name("next_candidate.py").read_text("utf-8")
RESULTS = REPOSITORY / "build"


@dataclass(slots=True)
class Row:
    """What became of one attack; `got` is empty where the service gave no answer.

    `sandboxes_lost` counts those that it cost: each is replaced, and no verdict may depend on it.
    """

    group: str
    attack: str
    backend: str
    expected: list[str]
    got: list[str] = field(default_factory=list)
    host_ok: bool = False
    sandboxes_lost: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What is attacked, what must not be touched, and what the next candidate finds if nothing was."""

    service: Service
    canaries: Canaries
    untouched_world: bytes
    cpus: list[bytes]  # of each sandbox, in order
    rows: list[Row]

    def warnings(self) -> list[str]:
        """What the daemon has complained about so far."""
        lines = self.service.log.read_text("utf-8").splitlines()
        return [line for line in lines if '"level": "warning"' in line or '"level": "error"' in line]


@pytest.fixture(scope="session", params=BACKENDS, ids=lambda backend: backend.name)
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    backend: Backend = request.param
    if reason := why_not(backend):
        pytest.skip(f"{backend.name}: {reason}")
    rows: list[Row] = []
    with (
        planted(backend.user) as canaries,
        serving(
            backend,
            SANDBOXES,
            TMPDIR=str(canaries.daemon_folder),
            **{VARIABLE: canaries.secrets["environment"]},
        ) as service,
    ):
        instance = service.instance
        yield Target(service, canaries, *_untouched_world(service), rows)
    assert not Containers.of(backend, instance).found, "containers that outlived their daemon"
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"security-attacks-{backend.name}.json"
    file.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")


@pytest.fixture(scope="session")
def service(target: Target) -> Service:
    return target.service


@pytest.fixture(scope="session")
def verifier(service: Service) -> Iterator[Verifier]:
    """Not that of the suites beside this one: pytest would keep theirs, of another daemon, for a while."""
    with Verifier(service.address) as verifier:
        yield verifier


def next_candidates(number: int) -> list[Candidate]:
    """Honest programs that differ in a comment, so that each is run."""
    return [Candidate(f"{NEXT_CANDIDATE}# copy {copy}\n") for copy in range(number)]


def _untouched_world(service: Service) -> tuple[bytes, list[bytes]]:
    """What the honest candidate prints on a daemon that never had another one, and each sandbox's CPUs."""
    problem = Problem("untouched", [StdioTest("", "")])
    cpus: dict[str, bytes] = {}
    with Verifier(service.address) as verifier:
        while len(cpus) < SANDBOXES:
            for result in verifier.verify(problem, next_candidates(SANDBOXES)).results:
                (execution,) = result.executions
                assert execution.exit_code == 0, execution
                cpus[execution.sandbox_id] = execution.stderr.content
    return execution.stdout.content, sorted(cpus.values())
