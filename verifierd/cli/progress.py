"""A progress bar on standard error, where somebody can see one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from verifierd.cli.output import stderr_console


@contextmanager
def progress(what: str, total: int, shown: bool = True, done: int = 0) -> Iterator[Callable[[], None]]:
    """Show a bar for the length of the block and give what is to be called after each of `total` steps.

    So many as `done` are behind already, and tell nothing of how long the others take.
    Nothing is shown where standard error is no terminal, or `shown` is False.
    """
    console = stderr_console()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("eta"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )
    with bar:
        task = bar.add_task(what, total=total, completed=done)
        yield lambda: bar.advance(task)
