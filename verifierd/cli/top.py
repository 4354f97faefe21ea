"""`verifierd top`: what a daemon is at, as a table that is kept up to date."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

import typer

from verifierd.cli.endings import writing
from verifierd.cli.exits import ExitCode, ended, reported
from verifierd.cli.interrupts import Stopped
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import print_json, print_views, stdout_console
from verifierd.cli.top_figures import Figures, Look, NoAnswer, Samples, fetch, figures_of
from verifierd.cli.top_view import top_as_json, top_view, unanswered_view

DEFAULT_ADDRESS = "127.0.0.1:9464"

HELP = """Show what daemons are at: queue, verdicts, time, sandboxes, caches, cost, workers.

It reads the endpoint that the setting `telemetry.listen` of a daemon or worker turns on. Of several it shows
the sum; of a fleet name its front ends, which tell of all workers. What is told per second, and the
quantiles, are since the look before; at first since the start.

    VERIFIERD_TELEMETRY__LISTEN=127.0.0.1:9464 verifierd serve
    verifierd top
    verifierd top front-1:9464 front-2:9464 --every 5
    verifierd top --once --json | jq .waiting

Where standard output is no terminal it takes one look, as with `--once`; with `--json` alone it writes a line
for each look until it is stopped.

Exit status: 0 after a signal, or with `--once` where each daemon is ready; with `--once` 1 where one takes no
work; 2 an option is wrong; 3 with `--once` where one does not answer.
"""


@dataclass
class _Watch:
    """Looks at daemons again and again, and keeps the look before."""

    addresses: Sequence[str]
    troubles: dict[str, str] = field(default_factory=dict)
    _before: Look | None = None
    _answered: frozenset[str] = frozenset()

    def look(self) -> tuple[Figures | None, float]:
        """Return the figures of now, None where nobody answers, and the time, epoch seconds."""
        with ThreadPoolExecutor(len(self.addresses)) as threads:
            answers = dict(zip(self.addresses, threads.map(_answer, self.addresses), strict=True))
        self.troubles = {where: str(said) for where, said in answers.items() if isinstance(said, NoAnswer)}
        samples = {where: said for where, said in answers.items() if isinstance(said, Samples)}
        at_s = time.time()
        if not samples:
            self._before = None
            return None, at_s
        now = Look(at_s, Samples.merged(samples.values()))
        before = self._before if self._answered == frozenset(samples) else None
        self._before, self._answered = now, frozenset(samples)
        return figures_of(now, before), at_s


def top(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(help=f"HOST:PORT of each daemon's telemetry; {DEFAULT_ADDRESS} where none is given."),
    ] = None,
    every: Annotated[
        float, typer.Option("--every", min=0.2, max=3600, help="Seconds between two looks.")
    ] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Take one look, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Look until a signal."""
    with reported(as_json):
        watch = _Watch([*dict.fromkeys(addresses or [DEFAULT_ADDRESS])])
        for address in watch.addresses:
            if not address.rpartition(":")[0] or not address.rpartition(":")[2].isdigit():
                raise ended(f"{address} is no address: give HOST:PORT", ExitCode.BAD_INPUT, as_json)
        if once or not (as_json or stdout_console().is_terminal):
            raise typer.Exit(_look_once(watch, as_json))
        try:
            (_write_lines if as_json else _keep_up)(watch, every)
        except Stopped:
            return  # the way in which this ends


def _look_once(watch: _Watch, as_json: bool) -> int:
    figures, at_s = watch.look()
    if figures is None:
        said = "; ".join(f"{address}: {why}" for address, why in watch.troubles.items())
        raise ended(said, ExitCode.TROUBLE, as_json)
    if as_json:
        print_json(top_as_json(figures, watch.addresses, at_s, watch.troubles))
    else:
        print_views(top_view(figures, watch.addresses, at_s, watch.troubles))
    if watch.troubles:
        return ExitCode.TROUBLE
    return ExitCode.FINE if figures.is_ready else ExitCode.NEGATIVE


def _write_lines(watch: _Watch, every_s: float) -> None:
    while True:
        figures, at_s = watch.look()
        if figures is None:
            print_json({"at": at_s, "addresses": watch.addresses, "troubles": watch.troubles})
        else:
            print_json(top_as_json(figures, watch.addresses, at_s, watch.troubles))
        time.sleep(every_s)


def _keep_up(watch: _Watch, every_s: float) -> None:
    # No other command waits for it.
    from rich.live import Live

    with writing(), Live(console=stdout_console(), screen=True, auto_refresh=False) as live:
        while True:
            figures, at_s = watch.look()
            if figures is None:
                live.update(unanswered_view(watch.troubles, at_s), refresh=True)
            else:
                live.update(top_view(figures, watch.addresses, at_s, watch.troubles), refresh=True)
            time.sleep(every_s)


def _answer(address: str) -> Samples | NoAnswer:
    try:
        return fetch(address)
    except NoAnswer as error:
        return error
