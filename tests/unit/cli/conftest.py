"""The command line as a user meets it, with a verifier that needs no sandbox behind it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.support.entries import BEGAN_NS, begun, ended, execution, judged
from tests.support.filled import write
from tests.unit.datasets.fakes import FakeVerifier
from verifier.v1 import problem_pb2
from verifierd.audit.store import Store, StoreSettings, open_store
from verifierd.cli import evaluate, verify
from verifierd.cli.main import build
from verifierd.model import Verdict

BATCH = "3f2a91c0" * 4
STEERING = b"\x1b]0;owned\x07\xe2\x80\xae\r\x9b"
PROBLEM = problem_pb2.Problem(
    id="sum",
    tests=[
        problem_pb2.TestCase(
            id=f"t{number}",
            stdio=problem_pb2.StdioTest(stdin=b"the input", expected_stdout=b"the secret answer"),
        )
        for number in range(2)
    ],
)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Ended]


@pytest.fixture(autouse=True)
def no_settings_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.upper().startswith("VERIFIERD_"):
            monkeypatch.delenv(name)


@pytest.fixture
def command() -> Command:
    """Run `verifierd` with these arguments."""

    def run(*arguments: str | Path) -> Ended:
        result = CliRunner().invoke(build(), [str(each) for each in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def verifier(monkeypatch: pytest.MonkeyPatch) -> FakeVerifier:
    """What the commands reach instead of a daemon; programs begin with the verdict that they get."""
    fake = FakeVerifier()

    @asynccontextmanager
    async def session(server: str | None, config: Path | None) -> AsyncIterator[FakeVerifier]:
        yield fake

    for module in (verify, evaluate):
        monkeypatch.setattr(module, "session", session)
    return fake


class Audit:
    """The commands over one store."""

    def __init__(self, command: Command, database: Path) -> None:
        self._command = command
        self.database = database

    def __call__(self, name: str, *arguments: str | Path) -> Ended:
        return self._command("audit", name, *arguments, "--database", self.database)

    def opened(self) -> Store:
        return open_store(StoreSettings(str(self.database)))


@pytest.fixture
def audit(command: Command, tmp_path: Path) -> Audit:
    """A store with two batches: one ended with two candidates, one that runs without any."""
    audit = Audit(command, tmp_path / "audit.db")
    store = audit.opened()
    wrong = (
        execution("t0", Verdict.WRONG_ANSWER, stdout=STEERING, behaviour="aa" * 32),
        execution("t1", Verdict.ACCEPTED),
    )
    write(
        store,
        begun(BATCH, problem_id="sum", problem=PROBLEM.SerializeToString(), candidates_total=2),
        judged(0, BATCH, source="def solve():\n    return needle\n"),
        judged(1, BATCH, verdict=Verdict.WRONG_ANSWER, executions=wrong, source="print('\x1b[31m')\n"),
        ended(BATCH),
        replace(begun("b2", problem_id="other", labels={}), submitted_at_ns=BEGAN_NS + 1),
    )
    store.close()
    return audit
