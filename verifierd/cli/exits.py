"""How a command ends: four exit codes, and the one place where errors become words and a code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from verifierd.cli.output import print_json
from verifierd.config import ConfigError
from verifierd.daemon import StartFailed
from verifierd.datasets.records import InputError
from verifierd_client import NotAValue, NotOffered, RequestRejected, VerifierError

INTERRUPTED = 130


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


@contextmanager
def reported(as_json: bool = False) -> Iterator[None]:
    """Turn the errors that a person can do something about into a message and an exit code."""
    try:
        yield
    except (InputError, ConfigError) as error:
        raise ended(str(error), ExitCode.BAD_INPUT, as_json) from None
    except VerifierError as error:
        ours = isinstance(error, NotOffered) or not isinstance(error, RequestRejected | NotAValue)
        raise ended(str(error), ExitCode.TROUBLE if ours else ExitCode.BAD_INPUT, as_json) from None
    except StartFailed as error:
        raise ended(str(error), ExitCode.TROUBLE, as_json) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(INTERRUPTED) from None


def ended(message: str, code: ExitCode, as_json: bool) -> typer.Exit:
    """Say what went wrong, on standard error or as JSON on standard output, and return what to raise."""
    if as_json:
        print_json({"error": {"message": message, "exit_code": int(code)}})
    else:
        sys.stderr.write(f"error: {message}\n")
    return typer.Exit(int(code))
