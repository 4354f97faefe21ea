"""`verifierd report`: what a set of results says, in the terminal and as a page with plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import CONFIG_HELP, JSON_HELP
from verifierd.cli.output import money_text, print_json, print_views, seconds_text
from verifierd.cli.progress import progress
from verifierd.cli.report_views import report_views
from verifierd.config import load_settings
from verifierd.config.convert import price_table
from verifierd.datasets.output import check_writable, whole_file
from verifierd.datasets.records import InputError
from verifierd.datasets.results import read_results
from verifierd.report.figures import STEPS, ReportFigures, figures_as_json, report_figures

HELP = """Say what a set of results tells.

RESULTS is what `verifierd eval --out` writes, plain or gzipped. The terminal shows the figures in short;
`--html` writes one page with plots that needs no network and no other file; `--json` gives the numbers.

    verifierd eval --problems ... --samples ... --all-tests --out results.jsonl
    verifierd report results.jsonl --html report.html

What is told: verdicts, pass@k with its interval and coverage beyond the samples that there are, what checking
took and what a resolved query costs, clusters and whether the largest is right, how strong each task's tests
are, whether predicted chances come true, and the tasks, the hardest first.

Some of it needs more than every line has. Tests are spoken of where samples ran on after their first failed
test (`eval --all-tests`, field `failed_tests`); clusters where lines name one (`cluster`); calibration where
lines predict (`probability`); the price of a resolved query holds that of drawing samples where lines tell it
(`generation_usd`, in US dollars).

SKIPPED, CANCELLED and INFRASTRUCTURE_ERROR are told apart and counted nowhere else: they are no failures.
Money is reckoned by the price table of the settings (`--config`, or variables such as
`VERIFIERD_PRICES__USD_PER_VCPU_SECOND`), memory as peak times wall clock time.

Exit status: 0 it was told; 2 a file, an option or a setting is wrong, or `--html` lacks what it needs
(`pip install 'verifierd[report]'`); 3 this host failed; 130 interrupted.
"""

Writer = Callable[[ReportFigures], str]


def report(
    results: Annotated[Path, typer.Argument(help="The results.", show_default=False)],
    html: Annotated[
        Path | None, typer.Option("--html", help="Where a page with plots goes.", show_default=False)
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help=CONFIG_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Tell what a file of results says."""
    with reported(as_json):
        writer = None if html is None else _page_writer(html, results)
        prices = price_table(load_settings(config))
        with progress("reckoning", STEPS, shown=not as_json) as advance:
            figures = report_figures(read_results(results), prices, advance)
        if html is not None and writer is not None:
            with whole_file(html, (results,)) as stream:
                stream.write(writer(figures))
        if as_json:
            print_json(
                {"results": str(results), "html": str(html) if html else None, **figures_as_json(figures)}
            )
        else:
            print_views(*report_views(figures, str(results), html))
    raise typer.Exit(ExitCode.FINE)


def _page_writer(html: Path, results: Path) -> Writer:
    """Return what writes the page. Raises InputError where it cannot be written, before any work is done."""
    check_writable(html, (results,))
    try:
        from verifierd.report.page import html_page
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in {"jinja2", "markupsafe", "matplotlib"}:
            raise
        raise InputError(html, None, f"a page needs {library}: pip install 'verifierd[report]'") from None
    words = {"money": money_text, "seconds": seconds_text}
    return lambda figures: html_page(figures, results.name, words)
