"""Text as LiveCodeBench packs it: base64 of zlib data of a pickle of one string. No pickle is ever run."""

from __future__ import annotations

import base64
import binascii
import pickletools
import zlib

# What one message to the service can carry: more could not be judged.
MAX_UNPACKED_BYTES = 256 << 20

_STRINGS = frozenset({"UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"})
_HARMLESS = frozenset({"PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"})


class NotPacked(Exception):
    """Data that are not a packed text. The message says why, for a person."""


def unpacked(packed: str, max_bytes: int = MAX_UNPACKED_BYTES) -> str:
    """Return the text that is packed.

    Raises:
        NotPacked: it is no base64, its zlib data are damaged, cut off or unpack to more than `max_bytes`, or
            the pickle in it holds anything but one string.
    """
    try:
        data = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotPacked(f"it is not base64: {error}") from None
    return one_string(_inflated(data, max_bytes))


def one_string(pickled: bytes) -> str:
    """Return the string that a pickle holds, read from its opcodes without doing what they say.

    Raises:
        NotPacked: it is no pickle, or has an opcode that makes anything but one string.
    """
    strings: list[str] = []
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name in _STRINGS:
                strings.append(str(argument))
            elif opcode.name == "STOP" and len(strings) == 1:
                return strings[0]
            elif opcode.name not in _HARMLESS:
                raise NotPacked(
                    f"its pickle must hold one string, and wants {_wanted(opcode.name, argument, strings)}"
                )
    except (ValueError, UnicodeError) as error:
        raise NotPacked(f"its pickle is damaged: {error}") from None
    raise NotPacked("its pickle is cut off")


def _inflated(data: bytes, max_bytes: int) -> bytes:
    inflating = zlib.decompressobj()
    try:
        inflated = inflating.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise NotPacked(f"its zlib data are damaged: {error}") from None
    if len(inflated) > max_bytes:
        raise NotPacked(f"its zlib data unpack to more than {max_bytes} bytes")
    if not inflating.eof:
        raise NotPacked("its zlib data are cut off")
    return inflated


def _wanted(opcode: str, argument: object, strings: list[str]) -> str:
    """Return in words what an opcode would have made."""
    if opcode in ("GLOBAL", "INST"):
        return f"{'.'.join(str(argument).split())[:80]} (opcode {opcode})"
    if opcode == "STACK_GLOBAL":
        return f"{'.'.join(strings[-2:])[:80]} (opcode {opcode})"
    if opcode == "STOP":
        return f"{len(strings)} strings"
    return f"something else (opcode {opcode})"
