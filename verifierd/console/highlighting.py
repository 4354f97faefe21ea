"""Source text as lines of HTML with the colours of its language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token
from pygments.util import ClassNotFound

from verifierd.console.text import visible

# A lexer takes about a second for a megabyte: beyond this a source is shown without colours.
COLOURED_CHARS = 48 * 1024


def highlighted(source: str, language: str) -> list[Markup]:
    """Return the lines of a source as HTML, all text escaped, unseen characters marked."""
    lines: list[list[Markup]] = [[]]
    for kind, text in _tokens(source, language):
        first, *rest = text.split("\n")
        lines[-1].append(_piece(kind, first))
        lines.extend([_piece(kind, part)] for part in rest)
    if len(lines) > 1 and not any(lines[-1]):
        lines.pop()
    return [Markup("").join(line) for line in lines]


def _tokens(source: str, language: str) -> Iterable[tuple[Any, str]]:
    if len(source) <= COLOURED_CHARS:
        name = "python" if language == "pypy" else re.sub(r"\d+$", "", language)
        try:
            lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
        except ClassNotFound:
            pass
        else:
            # Unlike `get_tokens` this leaves line ends and a byte order mark as they are.
            return ((kind, text) for _, kind, text in lexer.get_tokens_unprocessed(source))
    return [(Token.Text, source)]


def _piece(kind: Any, text: str) -> Markup:
    if not text:
        return Markup("")
    while kind not in STANDARD_TYPES and kind.parent is not None:
        kind = kind.parent
    css = STANDARD_TYPES.get(kind, "")
    return Markup('<span class="h-{}">{}</span>').format(css, visible(text)) if css else visible(text)
