"""When two programs are the same but for how they are laid out and commented."""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Iterator

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment
from pygments.util import ClassNotFound

_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER})
_BLOCKS = {tokenize.INDENT: "\t>", tokenize.DEDENT: "\t<", tokenize.NEWLINE: "\n"}  # no token reads so
_STARTS = frozenset({"", *_BLOCKS.values()})


def language_tag(language: str) -> str:
    """Return the name that Markdown and highlighters have for one of the service's languages."""
    return "python" if language == "pypy" else re.sub(r"\d+$", "", language)


def normal_key(program: str, language: str) -> bytes:
    """Return what two programs share that differ in comments, docstrings, blanks and line ends alone.

    Python is taken apart by its own tokenizer, other languages as Pygments highlights them. What cannot be
    taken apart counts as it stands.
    """
    tag = language_tag(language)
    try:
        tokens = list(_python(program) if tag == "python" else _highlighted(program, tag))
    except (tokenize.TokenError, SyntaxError, ClassNotFound):
        tokens = program.split("\n")
    digest = hashlib.sha256(tag.encode())
    for token in tokens:
        digest.update(b"\0" + token.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _python(program: str) -> Iterator[str]:
    """Yield the tokens that say what a program does: a text that is a statement of its own does nothing."""
    previous, text = "", ""  # a text that begins a statement waits for what follows it
    for token in tokenize.generate_tokens(io.StringIO(program).readline):
        if token.type in _LAYOUT:
            continue
        said = _BLOCKS.get(token.type, token.string)
        if text:
            if token.type == tokenize.NEWLINE:
                text, previous = "", said
                continue
            yield text
            text = ""
        elif token.type == tokenize.STRING and previous in _STARTS:
            text, previous = said, said
            continue
        yield said
        previous = said


def _highlighted(program: str, tag: str) -> Iterator[str]:
    for kind, text in get_lexer_by_name(tag).get_tokens(program):
        if kind not in Comment or kind in Comment.Preproc or kind in Comment.PreprocFile:
            yield from text.split()
