"""What is shown where there is no page: a wrong address, a record or a store that cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.errors import RecordDamaged, StoreError
from verifierd.audit.queries import BadPageToken
from verifierd.console.console import Console
from verifierd.console.parameters import BadParameter
from verifierd.console.security import HEADERS

Handler = Callable[[Request, Any], Response]
WRONG_ADDRESS = "This address asks for what no page has"


def handlers(console: Console) -> Mapping[Any, Handler]:
    """Return what answers each kind of error; the last kind is any other, which is a fault of ours."""
    kinds: Mapping[Any, Callable[[Console, Request, Any], Response]] = {
        HTTPException: _refused,
        BadParameter: _bad_parameter,
        BadPageToken: _bad_token,
        RecordDamaged: _damaged,
        StoreError: _unavailable,
        Exception: _failed,
    }
    return {kind: partial(answer, console) for kind, answer in kinds.items()}


def _refused(console: Console, request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:
        message = "Pages are asked for by GET; nothing can be changed here."
        return _page(console, 405, "The console only reads", message)
    # Of a path without a page Starlette says no more than the name of the status.
    is_known = error.detail != "Not Found"
    message = error.detail if is_known else f"There is no page at {request.url.path}."
    return _page(console, error.status_code, "Not here", message)


def _bad_parameter(console: Console, _: Request, error: BadParameter) -> Response:
    return _page(console, 400, WRONG_ADDRESS, str(error))


def _bad_token(console: Console, _: Request, error: BadPageToken) -> Response:
    message = f"Of the parameter “page”: {error}. Go to the list's first page."
    return _page(console, 400, WRONG_ADDRESS, message)


def _damaged(console: Console, _: Request, error: RecordDamaged) -> Response:
    message = f"{error}. Other pages are not affected. `verifierd audit verify` names all that is wrong."
    return _page(console, 500, "A record cannot be read", message)


def _unavailable(console: Console, _: Request, error: StoreError) -> Response:
    return _page(console, 503, "The audit store cannot be read", f"{error}. Try again once it is back.")


def _failed(console: Console, _: Request, error: Exception) -> Response:
    message = f"It is a fault of verifierd ({type(error).__name__}); the log says more."
    answer = _page(console, 500, "This page failed", message)
    answer.headers.update(HEADERS)  # it comes from outside of all middleware
    return answer


def _page(console: Console, status: int, heading: str, message: str) -> Response:
    return console.page("error", status, status=status, heading=heading, message=message)
