"""JSON for a terminal has nothing in it that steers one, and the same values."""

from __future__ import annotations

import json
import sys

from verifierd.json_text import json_text


def test_no_character_steers_a_terminal_and_each_is_read_back() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    text = json_text({every: [every, 1, None]})
    assert text.isprintable()
    assert json.loads(text) == json.loads(json.dumps({every: [every, 1, None]}))


def test_letters_of_any_script_stay_as_they_are() -> None:
    assert json_text("Straße 名前 🙂 \x9b2J\u202e\x7f") == '"Straße 名前 🙂 \\u009b2J\\u202e\\u007f"'
