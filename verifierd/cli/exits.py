"""How a command ends: four exit codes, and one place where errors become words and a code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from verifierd.cli.output import print_json
from verifierd.config import ConfigError
from verifierd.datasets.records import InputError


class ExitCode(IntEnum):
    """What the exit status of every command means."""

    FINE = 0
    NEGATIVE = 1  # it worked, and the answer is no
    BAD_INPUT = 2  # a file, an option or a setting is wrong
    TROUBLE = 3  # the service or this host failed


EXIT_CODES_HELP = (
    "Exit status: 0 fine; 1 it worked and the answer is no; 2 a file, an option or a setting is wrong; "
    "3 the service or this host failed."
)


class CommandError(Exception):
    """Ends a command with a message for the person and an exit code."""

    def __init__(self, message: str, code: ExitCode) -> None:
        """Keep the message and the code."""
        super().__init__(message)
        self.code = code


@contextmanager
def reported(as_json: bool) -> Iterator[None]:
    """Turn the errors that a person can do something about into a message and an exit code."""
    try:
        yield
    except (InputError, ConfigError) as error:
        raise _ended(str(error), ExitCode.BAD_INPUT, as_json) from None
    except CommandError as error:
        raise _ended(str(error), error.code, as_json) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _ended(message: str, code: ExitCode, as_json: bool) -> typer.Exit:
    if as_json:
        print_json({"error": {"message": message, "exit_code": int(code)}})
    else:
        sys.stderr.write(f"error: {message}\n")
    return typer.Exit(int(code))
