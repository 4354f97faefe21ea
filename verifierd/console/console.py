"""What every page is given: the store's shelf, the templates, the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jinja2 import Environment
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from verifierd.audit.queries import BatchRow
from verifierd.console.amounts import moment
from verifierd.console.parameters import checked
from verifierd.console.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Console:
    """The parts that pages are made with. `clock` gives epoch nanoseconds."""

    shelf: Shelf
    templates: Environment
    clock: Callable[[], int]

    def page(self, template: str, status: int = 200, /, **shown: object) -> HTMLResponse:
        """Return a page."""
        text = self.templates.get_template(f"{template}.html.jinja").render(shown)
        return HTMLResponse(text, status)

    def batch(self, request: Request) -> BatchRow:
        """Return the batch that a path names. Raises HTTPException where the store does not have it."""
        batch_id = checked(request.path_params["batch_id"], "batch")
        row = self.shelf.batch(batch_id)
        if row is not None:
            return row
        removed = self.shelf.removed(batch_id)
        if removed is None:
            raise absent(f"batch {batch_id!r}")
        raise HTTPException(
            404, f"Batch {batch_id!r} was removed on {moment(removed.occurred_at_ns)} UTC: {removed.why}."
        )


def absent(what: str) -> HTTPException:
    """Return what to raise where an address names something that the store does not have."""
    return HTTPException(404, f"The store has no {what}.")
