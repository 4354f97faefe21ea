"""Text of others is shown whole and does nothing."""

from __future__ import annotations

import pytest

from verifierd.console import text


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\r", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800"]
)
def test_an_unseen_character_is_seen(character: str) -> None:
    assert character not in text.plain(f"a{character}b")
    assert len(text.plain(f"a{character}b")) > 2
    shown = text.visible(f"a{character}b")
    assert character not in shown
    assert f"U+{ord(character):04X}" in shown
    shown.encode()  # and the page can be sent


def test_line_ends_tabs_and_letters_of_all_scripts_stay() -> None:
    kept = "a\tb\nभाषा 家 🙂 é"
    assert text.plain(kept) == kept
    assert text.visible(kept) == kept


def test_markup_is_escaped_and_no_sign_of_ours_is_made_of_text() -> None:
    assert text.visible("<b>&amp;\"'") == "&lt;b&gt;&amp;amp;&#34;&#39;"
    assert text.visible('<span class="unseen">') == "&lt;span class=&#34;unseen&#34;&gt;"


def test_a_cut_says_how_much_is_left_out() -> None:
    assert text.cut("abcdef", 4) == text.Cut("abcd", 2)
    assert text.cut("abc", 4) == text.Cut("abc", 0)


def test_bytes_that_are_no_text_are_written_out() -> None:
    assert text.decoded(b"a\xffb") == "a\\xffb"
