"""Words and numbers on the terminal: tables, JSON lines, and units that a person reads."""

from __future__ import annotations

import math
import os
import sys
from typing import Any, NoReturn

from rich.console import Console, RenderableType
from rich.text import Text

from verifierd.cli.endings import write_line, writing
from verifierd.json_text import json_text

PIPED_WIDTH = 100


class _Console(Console):
    """A console that leaves it to the command what a closed pipe means."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise the BrokenPipeError on."""
        raise


def print_views(*views: RenderableType) -> None:
    """Write what a person reads to standard output: as wide as the terminal, plain where it is piped.

    Raises:
        OutputError: standard output takes no more.
    """
    with writing():
        console = _console(stderr=False)
        for view in views:
            console.print(view)


def stderr_console() -> Console:
    """Return the console for progress and remarks."""
    return _console(stderr=True)


def stdout_console() -> Console:
    """Return the console of standard output, for what is written again and again."""
    return _console(stderr=False)


def print_json(value: Any) -> None:
    """Write one value as a line of JSON to standard output, that steers no terminal. Raises OutputError."""
    write_line(json_text(value))


def seconds_text(seconds: float) -> str:
    """Return a duration: 0.004 s, 2.35 s, 3 min 20 s."""
    if seconds >= 120:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s"
    return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.2f} s"


def money_text(usd: float) -> str:
    """Return US dollars with three significant digits, however small: $0.0000123."""
    if usd == 0:
        return "$0"
    decimals = 2 if usd >= 1 else 2 - math.floor(math.log10(usd))
    return f"${usd:.{decimals}f}"


def size_text(size_bytes: int) -> str:
    """Return a size in binary units: 512 bytes, 25.3 KiB, 200 GiB."""
    size, unit = float(size_bytes), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.{0 if unit == 'bytes' or size >= 100 else 1}f} {unit}"


def plain(text: str) -> Text:
    """Return text of others as one line without markup; what could steer a terminal is written out."""
    line = " ".join(text.split())
    return Text("".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in line))


def _console(stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS", "").isdigit() else PIPED_WIDTH
    return _Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)
