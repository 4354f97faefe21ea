"""Text of others made fit for a page: what could hide or steer is written out, what is long is cut."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from markupsafe import Markup, escape

# Control and format characters, separators that break lines unseen, halves of surrogate pairs: what changes
# how the text around it is shown, and is not seen itself. Tab and line feed stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)

# fmt: off
_NAMES = (
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS",
    "US",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Cut:
    """Text that is shown, and how many of its characters are not."""

    shown: str
    left_out: int


def cut(text: str, chars: int) -> Cut:
    """Return the beginning of a text."""
    return Cut(text[:chars], max(0, len(text) - chars))


def decoded(data: bytes) -> str:
    """Return bytes as text; what is not UTF-8 is written out, as a backslash and its hexadecimal digits."""
    return data.decode("utf-8", "backslashreplace")


def plain(text: str) -> str:
    """Return text with each unseen character replaced by a sign for it, such as ⟨ESC⟩ or ⟨U+202E⟩."""
    return _UNSEEN.sub(lambda match: _sign(match[0]), text)


def visible(text: str) -> Markup:
    """Return text as HTML, escaped, each unseen character a marked sign that says its name."""
    # The parts are escaped here, and nothing else is put in.
    return Markup(_UNSEEN.sub(_marked, str(escape(text))))  # noqa: S704


def _marked(match: re.Match[str]) -> str:
    character = match[0]
    name = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    return f'<span class="unseen" title="{name}">{_sign(character)}</span>'


def _sign(character: str) -> str:
    code = ord(character)
    name = _NAMES[code] if code < len(_NAMES) else "DEL" if code == 0x7F else f"U+{code:04X}"
    return f"⟨{name}⟩"
