"""Search: candidates by words in source, details and outputs, and whatever has exactly the name asked for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from verifierd.audit.queries import Asked, BatchFilter, CandidateFilter
from verifierd.audit.wrong_input import BadSearch
from verifierd.console import parameters
from verifierd.console.console import Console
from verifierd.console.verdicts import NAMES
from verifierd.model import Verdict

SIZE = 30
NAMED = 5


def search(console: Console, request: Request) -> Response:
    """Show what words find; without words, how to search."""
    words = parameters.text(request, "q")
    verdict = parameters.choice(request, "verdict", NAMES)
    language = parameters.text(request, "language")
    token = parameters.text(request, "page")
    shelf = console.shelf
    wanted = CandidateFilter(text=words, language=language, verdicts=(Verdict[verdict],) if verdict else ())
    try:
        page = shelf.found(wanted, Asked(SIZE, token)) if words else None
    except BadSearch as error:
        raise parameters.BadParameter(
            "q", f"cannot be searched for: {error.problem}", error.allowed
        ) from None
    is_named_shown = bool(words) and not token
    return console.page(
        "search",
        words=words,
        verdict=verdict,
        language=language,
        verdicts=[each.name for each in Verdict],
        candidates=page.items if page else (),
        next_token=page.next_token if page else "",
        is_first=not token,
        batches=shelf.batches_beginning(words) if is_named_shown else (),
        of_problem=shelf.batches(BatchFilter(problem_id=words), Asked(NAMED)).items if is_named_shown else (),
        named=shelf.candidates_named(words)[:NAMED] if is_named_shown else (),
    )
