"""What is left of a secret in a detail: a checker shows a piece of an output, which no rule knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

REMNANT_BYTES = 8
"""So much of a secret in a row is blackened wherever it stands; less tells little, and may be anything."""
MAX_SECRETS_BYTES = 8 << 10
"""A detail is held against so much. Where more was found, nothing of the detail is kept."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a rule found; of it went what is from `start` to `end`."""

    text: bytes
    start: int
    end: int

    @classmethod
    def replaced(cls, text: bytes, replacement: bytes) -> Secret:
        """Return a secret by what stands in its place: what both begin and end with stayed."""
        start = _common(text, replacement)
        kept = _common(text[start:][::-1], replacement[start:][::-1])
        return cls(text, start, len(text) - kept)


def blackened(detail: bytes, secrets: Collection[Secret], mark: bytes) -> tuple[bytes, int]:
    """Return a detail without pieces of these secrets, and how many there were.

    A piece stands there as it is, or as Python writes it in quotes.
    """
    if len(detail) < REMNANT_BYTES:
        return detail, 0
    if sum(len(secret.text) for secret in secrets) > MAX_SECRETS_BYTES:
        return mark, 1
    forms = [form for secret in secrets for form in _forms(secret)]
    together = b"\0".join(form.text for form in forms)
    went = b"\0".join(
        bytes(form.start) + b"\1" * (form.end - form.start) + bytes(len(form.text) - form.end)
        for form in forms
    )
    goes = bytearray(len(detail))
    for at in range(len(detail) - REMNANT_BYTES + 1):
        place = together.find(detail[at : at + REMNANT_BYTES])
        if place >= 0:
            for offset in range(REMNANT_BYTES):
                goes[at + offset] |= went[place + offset]
    return _marked(detail, goes, mark), sum(1 for gone, _ in groupby(goes) if gone)


def _forms(secret: Secret) -> Iterator[Secret]:
    yield secret
    parts = (secret.text[: secret.start], secret.text[secret.start : secret.end], secret.text[secret.end :])
    before, gone, after = (_quoted(part) for part in parts)
    if (text := before + gone + after) != secret.text:
        yield Secret(text, len(before), len(before) + len(gone))


def _common(left: bytes, right: bytes) -> int:
    """Return how many leading bytes are equal."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))


def _quoted(text: bytes) -> bytes:
    return repr(text.decode("utf-8", "backslashreplace"))[1:-1].encode("utf-8", "replace")


def _marked(detail: bytes, goes: bytearray, mark: bytes) -> bytes:
    kept: list[bytes] = []
    for gone, places in groupby(range(len(detail)), key=goes.__getitem__):
        run = list(places)
        kept.append(mark if gone else detail[run[0] : run[-1] + 1])
    return b"".join(kept)
