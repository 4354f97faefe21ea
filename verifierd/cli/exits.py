"""How a command ends: four exit codes, and the one place where errors become words and a code."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer

from verifierd.audit.errors import EntryRefused, StoreError
from verifierd.audit.wrong_input import WrongInput
from verifierd.cli.endings import INTERRUPTED, OutputError, say_failed, say_interrupted
from verifierd.cli.interrupts import Stopped, ending_in_order
from verifierd.config import ConfigError
from verifierd.daemon import GaveUp, StartFailed
from verifierd.datasets.records import InputError
from verifierd_client import (
    NotACandidate,
    NotAnArgument,
    NotAValue,
    NotOffered,
    OutOfRange,
    RequestRejected,
    VerifierError,
)

REFUSALS = (RequestRejected, NotAValue, NotACandidate, NotAnArgument, OutOfRange)


class ExitCode(IntEnum):
    """What the exit status of every command means."""

    FINE = 0
    NEGATIVE = 1  # it worked, and the answer is no
    BAD_INPUT = 2  # a file, an option or a setting is wrong
    TROUBLE = 3  # the service or this host failed


@contextmanager
def reported(as_json: bool = False) -> Iterator[None]:
    """Turn the errors that a person can do something about into a message and an exit code."""
    try:
        with _told(as_json):
            yield
    except OutputError as error:
        if not error.quiet:
            sys.stderr.write(f"error: {error}\n")
        raise typer.Exit(error.code) from None


@contextmanager
def _told(as_json: bool) -> Iterator[None]:
    try:
        with ending_in_order():
            yield
    except (InputError, ConfigError, WrongInput, EntryRefused) as error:
        raise ended(str(error), ExitCode.BAD_INPUT, as_json) from None
    except VerifierError as error:
        ours = isinstance(error, NotOffered) or not isinstance(error, REFUSALS)
        raise ended(str(error), ExitCode.TROUBLE if ours else ExitCode.BAD_INPUT, as_json) from None
    except (GaveUp, StartFailed, StoreError, OSError) as error:
        raise ended(str(error), ExitCode.TROUBLE, as_json) from None
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        code = error.code if isinstance(error, Stopped) else INTERRUPTED
        say_interrupted(as_json, code)
        raise typer.Exit(code) from None


def ended(message: str, code: ExitCode, as_json: bool) -> typer.Exit:
    """Say what went wrong, on standard error or as JSON on standard output, and return what to raise."""
    say_failed(message, int(code), as_json)
    return typer.Exit(int(code))
