"""Options that say which published set is meant and which part of it, for the commands that read one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from verifierd.datasets.adapters import ADAPTERS
from verifierd.datasets.languages import language_named, languages_with


def known_in(names: Iterable[str]) -> Callable[[str], str]:
    """Return a callback that refuses what is not among these names."""

    def check(name: str) -> str:
        if name not in names:
            raise typer.BadParameter(f"{name!r} is not known; allowed: {', '.join(names)}")
        return name

    return check


def check_languages(names: str | None) -> str | None:
    """Refuse a list such as `python,cpp17` where the service has not all of them."""
    for name in [] if names is None else names.split(","):
        if language_named(name) not in languages_with():
            raise typer.BadParameter(f"{name!r} is not known; allowed: {', '.join(languages_with())}")
    return names


def languages_in(names: str | None) -> frozenset[str] | None:
    """Return the service's names of the languages of such a list; None for all."""
    return None if names is None else frozenset(map(language_named, names.split(",")))


ProblemsOption = Annotated[
    list[Path],
    typer.Option("--problems", help="The problems; once for each file of the set.", show_default=False),
]
SamplesOption = Annotated[Path, typer.Option("--samples", help="The samples.", show_default=False)]
FormOption = Annotated[
    str,
    typer.Option("--format", metavar="NAME", callback=known_in(ADAPTERS), help="The set, by its form."),
]
StrictOption = Annotated[
    bool,
    typer.Option(
        "--strict", help="Judge rightly where the set's own evaluator is unsound; else its rule is followed."
    ),
]
