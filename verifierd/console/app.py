"""The console as a web application: which address has which page."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from verifierd.console import templating
from verifierd.console.console import Console
from verifierd.console.failures import handlers
from verifierd.console.pages.batch import batch
from verifierd.console.pages.batches import batches
from verifierd.console.pages.candidate import candidate, source
from verifierd.console.pages.compare import compare
from verifierd.console.pages.problems import problem, problems
from verifierd.console.pages.search import search
from verifierd.console.pages.usage import usage
from verifierd.console.pages.workers import workers
from verifierd.console.security import SecurityHeaders
from verifierd.console.shelf import Shelf

Page = Callable[[Console, Request], Response]
PAGES: Sequence[tuple[str, Page]] = (
    ("/", batches),
    ("/batches/{batch_id}", batch),
    ("/batches/{batch_id}/compare", compare),
    ("/batches/{batch_id}/candidates/{candidate}", candidate),
    ("/batches/{batch_id}/candidates/{candidate}/source", source),
    ("/search", search),
    ("/problems", problems),
    ("/problem", problem),
    ("/usage", usage),
    ("/workers", workers),
)


def console_app(shelf: Shelf, hosts: Sequence[str], clock: Callable[[], int] = time.time_ns) -> Starlette:
    """Return the application.

    Args:
        shelf: what the pages read.
        hosts: names by which the console may be asked for: a page of somebody else's whose name is made to
            point here is refused.
        clock: epoch nanoseconds now.
    """
    console = Console(shelf, templating.environment(clock, _version()), clock)
    return Starlette(
        routes=[
            *(Route(path, partial(page, console), methods=["GET"]) for path, page in PAGES),
            Mount("/static", _Static(directory=templating.STATIC)),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
        exception_handlers=handlers(console),
    )


class _Static(StaticFiles):
    """The console's own files. Their addresses change with their contents, so a browser may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _version() -> str:
    """Return what changes with the console's own files."""
    digest = sha256()
    for path in sorted(templating.STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
