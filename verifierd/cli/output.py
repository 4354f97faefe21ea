"""Words and numbers on the terminal: consoles, JSON lines, and units that a person reads."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

PIPED_WIDTH = 100


def stdout_console() -> Console:
    """Return the console for results: as wide as the terminal, plain text where it is piped."""
    return _console(stderr=False)


def stderr_console() -> Console:
    """Return the console for progress and remarks."""
    return _console(stderr=True)


def print_json(value: Any) -> None:
    """Write one value as one line of JSON to standard output, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def seconds_text(seconds: float) -> str:
    """Return a duration: 0.004 s, 2.35 s, 3 min 20 s."""
    if seconds >= 120:
        return f"{int(seconds // 60)} min {round(seconds % 60)} s"
    return f"{seconds:.3f} s" if seconds < 1 else f"{seconds:.2f} s"


def bytes_text(size_bytes: int) -> str:
    """Return a size in binary units: 512 B, 1.5 MiB."""
    size = float(size_bytes)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def money_text(usd: float) -> str:
    """Return US dollars with three significant digits, however small: $0.0000123."""
    if usd == 0:
        return "$0"
    digits = 2
    while usd < 10.0 ** (1 - digits) and digits < 12:
        digits += 1
    return f"${usd:.{digits + 1}f}"


def _console(stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)
