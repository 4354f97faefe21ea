"""Times, verdicts and untrusted texts of the store: as a person writes them, and as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

import typer
from rich.text import Text

from verifierd.cli.words import SHORT_FORMS
from verifierd.model import Verdict
from verifierd_client import Verdict as Word

SECOND_NS = 1_000_000_000
TIME_HELP = "ago (30s, 20m, 6h, 2d) or a date and time, as 2026-11-27T16:40"
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d{1,9})([smhdw])\Z")
_VERDICTS = {each.name: each for each in Verdict} | {SHORT_FORMS[Word(each.name)]: each for each in Verdict}


def time_from(text: str | None, now_ns: int) -> int | None:
    """Return a time that a person gave, in epoch nanoseconds; None for none.

    Raises:
        typer.BadParameter: it is no time.
    """
    if text is None:
        return None
    if ago := _AGO.match(text):
        return now_ns - int(ago[1]) * _UNITS_S[ago[2]] * SECOND_NS
    try:
        return round(datetime.fromisoformat(text).timestamp()) * SECOND_NS
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter(f"{text!r} is no time; give how long {TIME_HELP}") from None


def verdicts_from(names: Iterable[str] | None) -> tuple[Verdict, ...]:
    """Return verdicts by their names or short forms, in any case.

    Raises:
        typer.BadParameter: one is none.
    """
    found = []
    for name in names or ():
        verdict = _VERDICTS.get(name.upper().replace("-", "_"))
        if verdict is None:
            known = ", ".join(f"{SHORT_FORMS[Word(each.name)]} {each.name}" for each in Verdict)
            raise typer.BadParameter(f"{name!r} is no verdict; allowed: {known}")
        found.append(verdict)
    return tuple(dict.fromkeys(found))


def word(verdict: Verdict) -> Word:
    """Return a verdict of the store as the commands show it."""
    return Word(verdict.name)


def when(epoch_ns: int | None) -> str:
    """Return a time as this host's clock shows it, to the second, with its zone; nothing for none."""
    return f"{_local(epoch_ns):%Y-%m-%d %H:%M:%S %Z}" if epoch_ns else ""


def minute(epoch_ns: int) -> str:
    """Return a time as this host's clock shows it, to the minute; its zone is `zone`."""
    return f"{_local(epoch_ns):%Y-%m-%d %H:%M}"


def zone() -> str:
    """Return the zone of the times that are shown, as the column of a table names it."""
    return f"{datetime.now().astimezone():%Z}"


def _local(epoch_ns: int) -> datetime:
    return datetime.fromtimestamp(epoch_ns // SECOND_NS).astimezone()


def readable(content: bytes | str) -> Text:
    """Return text of others, lines kept; what could steer a terminal or hide is written out."""
    text = content.decode("utf-8", "backslashreplace") if isinstance(content, bytes) else content
    return Text("".join(each if each.isprintable() or each in "\n\t" else ascii(each)[1:-1] for each in text))
