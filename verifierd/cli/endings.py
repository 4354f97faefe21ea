"""How a command ends that cannot go on; light to import, so that an early interrupt finds it there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from verifierd.json_text import json_text

INTERRUPTED = 130
PIPE_CLOSED = 141  # as a shell tells of a program that SIGPIPE ended
NOT_WRITTEN = 3


class OutputError(Exception):
    """Standard output takes no more; `code` is the exit status that follows, `quiet` asks for no words."""

    def __init__(self, error: OSError) -> None:
        """Keep why."""
        super().__init__(f"cannot write to standard output: {error.strerror or error}")
        self.quiet = isinstance(error, BrokenPipeError)
        self.code = PIPE_CLOSED if self.quiet else NOT_WRITTEN


@contextmanager
def writing() -> Iterator[None]:
    """Tell a failure to write to standard output from every other one. Raises OutputError."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        _forget_the_rest()
        raise OutputError(error) from None


def write_line(line: str) -> None:
    """Write a line to standard output, at once. Raises OutputError."""
    with writing():
        sys.stdout.write(line + "\n")


def write_bytes(content: bytes) -> None:
    """Write bytes to standard output, whatever it is, at once. Raises OutputError."""
    with writing():
        sys.stdout.buffer.write(content)


def say_failed(message: str, code: int, as_json: bool) -> None:
    """Say what went wrong, on standard error or as JSON on standard output. Raises OutputError."""
    if as_json:
        error = {"message": message, "exit_code": code}
        write_line(json_text({"error": error}))
    else:
        sys.stderr.write(f"error: {message}\n")


def say_interrupted(as_json: bool, code: int = INTERRUPTED) -> None:
    """Say that a signal ended the command, with this exit status. Raises OutputError."""
    if as_json:
        say_failed("interrupted", code, as_json=True)
    else:
        sys.stderr.write("interrupted\n")


def _forget_the_rest() -> None:
    """Let the interpreter's last flush go nowhere, which would fail once more and change the exit status."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
