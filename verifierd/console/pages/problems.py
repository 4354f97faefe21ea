"""Problems, and how far the tests of one can be trusted."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.queries import Asked, BatchFilter
from verifierd.console import parameters
from verifierd.console.console import Console, absent

SIZE = 50
BATCHES = 20
MOST_TESTS = 200


def problems(console: Console, request: Request) -> Response:
    """Show a page of problems by their ids."""
    token = parameters.text(request, "page")
    page = console.shelf.problems(Asked(SIZE, token))
    return console.page("problems", rows=page.items, is_first=not token, next_token=page.next_token)


def problem(console: Console, request: Request) -> Response:
    """Show what the newest batches of a problem say of its tests."""
    problem_id = parameters.text(request, "id")
    token = parameters.text(request, "page")
    shelf = console.shelf
    page = shelf.batches(BatchFilter(problem_id=problem_id), Asked(BATCHES, token))
    if not problem_id or (not page.items and not token):
        raise absent(f"batch of a problem {problem_id!r}")
    # The newest batch that says something of the tests; those that stopped early say nothing.
    found = ((row, shelf.ended(row)) for row in page.items)
    batch, suite = next(((row, ended.suite) for row, ended in found if ended and ended.suite), (None, None))
    kept = shelf.problem(page.items[0]) if page.items else None
    return console.page(
        "problem",
        problem_id=problem_id,
        rows=page.items,
        next_token=page.next_token,
        is_first=not token,
        batch=batch,
        suite=suite,
        tests=suite.tests[:MOST_TESTS] if suite else (),
        tests_left_out=max(0, len(suite.tests) - MOST_TESTS) if suite else 0,
        problem=kept.thing if kept else None,
        missing=kept.missing if kept else (),
    )
