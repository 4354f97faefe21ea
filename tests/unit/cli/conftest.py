"""The command line as a user meets it, with a verifier that needs no sandbox behind it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.unit.datasets.fakes import FakeVerifier
from verifierd.cli import evaluate, verify
from verifierd.cli.main import build


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
