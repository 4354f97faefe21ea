"""Source is shown line by line, every character of it, whatever the lexer makes of it."""

from __future__ import annotations

import html
import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.console_entries import HOSTILE, RIGHT
from verifierd.console.highlighting import COLOURED_CHARS, COLOURING_S, highlighted
from verifierd.console.text import plain

LANGUAGES = (
    "python",
    "pypy",
    "cpp20",
    "c",
    "java",
    "go",
    "rust",
    "javascript",
    "typescript",
    "ruby",
    "php",
    "perl",
    "lean",
    "coq",
    "text",
    "nonesuch",
)


def _read_back(lines: list[str]) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", "\n".join(lines)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", [RIGHT, *HOSTILE, "", "\n\n", "a\r\nb", "x"])
def test_no_character_of_a_source_is_lost(language: str, source: str) -> None:
    shown = _read_back(list(highlighted(source, language)))
    assert shown == plain(source).removesuffix("\n")


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_only_our_own_spans_are_markup(source: str, language: str) -> None:
    for line in highlighted(source, language):
        assert re.sub(r'</?span(?: class="[\w-]+")?(?: title="U\+[^"<>]*")?>', "", line).count("<") == 0


def test_words_of_a_language_have_their_colour() -> None:
    assert any('<span class="h-k">def</span>' in line for line in highlighted(RIGHT, "python"))


def test_a_long_source_is_shown_without_colours() -> None:
    lines = highlighted("x = 1\n" * (COLOURED_CHARS // 6 + 1), "python")
    assert len(lines) == COLOURED_CHARS // 6 + 1
    assert lines[0] == "x = 1"


def test_what_a_lexer_does_not_come_to_in_time_is_shown_without_colours() -> None:
    ticks = itertools.count()
    lines = highlighted(RIGHT * 100, "python", lambda: next(ticks) * COLOURING_S / 10)
    assert "<span" in lines[0]
    assert "<span" not in "".join(lines[10:])
    assert _read_back(list(lines)) == plain(RIGHT * 100).removesuffix("\n")


@pytest.mark.parametrize(
    ("language", "source"),
    [("cpp20", "\n" * COLOURED_CHARS), ("java", "a\n" * (COLOURED_CHARS // 2))],
)
def test_a_text_that_is_made_to_keep_a_lexer_busy_keeps_no_page_waiting(language: str, source: str) -> None:
    began = time.thread_time()
    lines = highlighted(source, language)
    assert time.thread_time() - began < 2
    assert _read_back(list(lines)) == source.removesuffix("\n")
