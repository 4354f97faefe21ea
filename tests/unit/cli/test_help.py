"""What `--help` of every command shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from verifierd.cli.main import build


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command with its help, as it is written."""
    yield path, command.help
    for name, each in getattr(command, "commands", {}).items():
        yield from _commands(each, (*path, name))


COMMANDS = dict(_commands(get_command(build())))


def _lost(command: tuple[str, ...], columns: int) -> list[str]:
    """What is written to stand in a line of its own, and does not."""
    shown = CliRunner().invoke(build(), [*command, "--help"], env={"COLUMNS": str(columns)}).stdout
    lines = {line.strip() for line in shown.splitlines()}
    written = (line.strip() for line in COMMANDS[command].splitlines() if line.startswith("    "))
    return [line for line in written if line not in lines]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_examples_stand_in_lines_of_their_own(command: tuple[str, ...]) -> None:
    assert _lost(command, columns=120) == []


def test_the_table_of_commands_fits_eighty_columns() -> None:
    assert _lost((), columns=80) == []
