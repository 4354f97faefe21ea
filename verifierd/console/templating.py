"""The templates: they escape whatever they are given, and write amounts as a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from verifierd.console import amounts, verdicts
from verifierd.console.callers import caller
from verifierd.console.drawing.bars import bar_parts
from verifierd.console.text import plain, visible

FOLDER = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")


def environment(clock: Callable[[], int], version: str) -> Environment:
    """Return the templates' environment.

    Args:
        clock: epoch nanoseconds now.
        version: of the console's own files: a new one makes browsers fetch them again.
    """
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        auto_reload=False,
    )
    made.filters.update(
        ago=partial(_ago, clock),
        bytes=amounts.size,
        caller=caller,
        cancelled=verdicts.cancelled,
        count=amounts.count,
        duration=amounts.duration,
        look=verdicts.look,
        moment=partial(_moment, clock),
        money=amounts.money,
        percent=amounts.percent,
        plural=amounts.plural,
        stopped=verdicts.stopped,
        visible=visible,
    )
    made.globals.update(
        address=address,
        bar_parts=bar_parts,
        in_order=verdicts.in_order,
        legend=verdicts.LEGEND,
        static=lambda name: f"/static/{name}?v={version}",
    )
    for name in made.list_templates():
        made.get_template(name)  # compiled now, or the first page would wait for it
    return made


def address(*parts: object, **parameters: object) -> str:
    """Return the address of a page of these path parts; parameters that are empty or None are left out."""
    path = "/" + "/".join(quote(str(part), safe="", errors="replace") for part in parts)
    asked = {name: value for name, value in parameters.items() if value not in ("", None)}
    return f"{path}?{urlencode(asked, errors='replace')}" if asked else path


def _shown(value: Any) -> Any:
    """Write out unseen characters of any text that is put into a page, in attributes too."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _ago(clock: Callable[[], int], epoch_ns: int) -> Markup:
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        amounts.machine_moment(epoch_ns), amounts.moment(epoch_ns), amounts.ago(epoch_ns, clock())
    )


def _moment(clock: Callable[[], int], epoch_ns: int | None) -> Markup:
    if not epoch_ns:
        return Markup("–")  # noqa: RUF001
    return Markup('<time datetime="{}" title="{}">{} UTC</time>').format(
        amounts.machine_moment(epoch_ns), amounts.ago(epoch_ns, clock()), amounts.moment(epoch_ns)
    )
