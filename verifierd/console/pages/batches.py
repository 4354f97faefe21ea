"""The list of batches: what runs, what ran, and how it came out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.queries import BATCH_STATES, Asked, BatchFilter
from verifierd.console import parameters
from verifierd.console.console import Console

SIZE = 50
LIVE_STATES = frozenset({"queued", "running"})


def batches(console: Console, request: Request) -> Response:
    """Show a page of batches, the newest first."""
    state = parameters.choice(request, "state", BATCH_STATES)
    wanted = BatchFilter(
        states=(state,) if state else (),
        problem_id=parameters.text(request, "problem"),
        tenant=parameters.text(request, "tenant"),
    )
    token = parameters.text(request, "page")
    page = console.shelf.batches(wanted, Asked(SIZE, token))
    return console.page(
        "batches",
        rows=page.items,
        asked={"state": state, "problem": wanted.problem_id, "tenant": wanted.tenant},
        states=BATCH_STATES,
        is_filtered=wanted != BatchFilter(),
        is_first=not token,
        next_token=page.next_token,
        # New batches come to the first page alone; on the others only what is shown there changes.
        is_live=not token or any(row.state in LIVE_STATES for row in page.items),
        here=parameters.here(request),
    )
