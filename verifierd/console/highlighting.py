"""Source text as lines of HTML with the colours of its language."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from markupsafe import Markup
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token
from pygments.util import ClassNotFound

from verifierd.console.text import visible

# Longer sources are shown without colours, which also bounds what a lexer may take for a single token.
COLOURED_CHARS = 48 * 1024
# A lexer takes about a second for a megabyte, and minutes for a small text that is made for that: what it has
# not come to within this time has no colours.
COLOURING_S = 0.25


def highlighted(source: str, language: str, clock_s: Callable[[], float] = time.thread_time) -> list[Markup]:
    """Return the lines of a source as HTML, all text escaped, unseen characters marked.

    Args:
        source: what to show, whatever it is.
        language: as candidates have it; one that no lexer is known for is shown without colours.
        clock_s: tells of the work's time, in seconds; by default that of the processor, so that a busy host
            takes no colours away.
    """
    lines: list[list[Markup]] = [[]]
    for kind, text in _tokens(source, language, clock_s):
        first, *rest = text.split("\n")
        lines[-1].append(_piece(kind, first))
        lines.extend([_piece(kind, part)] for part in rest)
    if len(lines) > 1 and not any(lines[-1]):
        lines.pop()
    return [Markup("").join(line) for line in lines]


def _tokens(source: str, language: str, clock_s: Callable[[], float]) -> Iterator[tuple[Any, str]]:
    lexer = _lexer(language) if len(source) <= COLOURED_CHARS else None
    done = 0
    if lexer is not None:
        until_s = clock_s() + COLOURING_S
        # Unlike `get_tokens` this leaves line ends and a byte order mark as they are.
        for _, kind, text in lexer.get_tokens_unprocessed(source):
            yield kind, text
            done += len(text)
            if clock_s() > until_s:
                break
    yield Token.Text, source[done:]


def _lexer(language: str) -> Any:
    name = "python" if language == "pypy" else re.sub(r"\d+$", "", language)
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _piece(kind: Any, text: str) -> Markup:
    if not text:
        return Markup("")
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    css = STANDARD_TYPES.get(kind, "")
    return Markup('<span class="h-{}">{}</span>').format(css, visible(text)) if css else visible(text)
