"""Reading single fields of hostile messages: each refusal names the path and what is allowed."""

from __future__ import annotations

import unicodedata

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message

from verifierd.errors import InvalidField

MAX_ID_CHARS = 256
MAX_SHOWN_CHARS = 60


def shown(text: str) -> str:
    """Return untrusted text quoted and cut, fit for a message to its sender."""
    return repr(text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + "…")


def under(path: str, name: str) -> str:
    """Return the path of the member `name` of the message at `path`; the request itself is at ``""``."""
    return f"{path}.{name}" if path else name


def refuse_others(message: Message, path: str, *honoured: str) -> None:
    """Refuse every field that is set and not among the `honoured` ones.

    Raises:
        InvalidField: such a field is set.
    """
    for field, _ in message.ListFields():
        if field.name not in honoured:
            raise InvalidField(under(path, field.name), "this server does not support it yet", "leave it out")


def chosen(message: Message, path: str, oneof: str) -> str:
    """Return the name of the member of `oneof` that is set.

    Raises:
        InvalidField: none is set, or only one that this version does not know.
    """
    member: str | None = message.WhichOneof(oneof)
    if member is None:
        names = ", ".join(field.name for field in message.DESCRIPTOR.oneofs_by_name[oneof].fields)
        raise InvalidField(under(path, oneof), "nothing is set", f"exactly one of {names}")
    return member


def identifier(text: str, path: str, *, required: bool = True, max_chars: int = MAX_ID_CHARS) -> str:
    """Return an id or a name that is short and printable, since it goes to logs and terminals.

    Raises:
        InvalidField: it is empty though required, too long, or has control characters in it.
    """
    allowed = f"1 to {max_chars} printable characters"
    if not text and required:
        raise InvalidField(path, "it is empty", allowed)
    if len(text) > max_chars:
        raise InvalidField(path, f"it has {len(text)} characters", allowed)
    if not text.isprintable() and any(
        unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} for char in text
    ):
        raise InvalidField(path, f"{shown(text)} has control characters in it", allowed)
    return text


def source_text(source: bytes, path: str, max_bytes: int) -> str:
    """Return a program as text.

    Raises:
        InvalidField: it is too long, not UTF-8, or has a NUL byte in it.
    """
    if len(source) > max_bytes:
        raise InvalidField(path, f"it is {len(source)} bytes", f"up to {max_bytes} bytes")
    nul = source.find(b"\0")
    if nul >= 0:
        raise InvalidField(path, f"byte {nul} is NUL", "UTF-8 text without NUL bytes")
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        byte = source[error.start]
        raise InvalidField(
            path, f"byte {error.start} (0x{byte:02x}) is not UTF-8", "UTF-8 text without NUL bytes"
        ) from None


def known_enum(value: int, path: str, enum: EnumDescriptor) -> int:
    """Return an enum's number.

    Raises:
        InvalidField: this version of the API has no such number.
    """
    if value not in enum.values_by_number:
        raise InvalidField(path, f"{value} is no value of {enum.name}", ", ".join(enum.values_by_name))
    return value


def duration_ns(duration: Duration, path: str) -> int:
    """Return a duration in nanoseconds, which may be negative.

    Raises:
        InvalidField: its parts are not those of a duration.
    """
    seconds, nanos = duration.seconds, duration.nanos
    if abs(nanos) > 999_999_999 or seconds * nanos < 0 or abs(seconds) > 315_576_000_000:
        raise InvalidField(
            path,
            f"{seconds} s and {nanos} ns make no Duration",
            "up to 10,000 years, and nanos below 10^9 with the sign of seconds",
        )
    return seconds * 1_000_000_000 + nanos


def positive_duration_ns(duration: Duration, path: str) -> int:
    """Return a duration above zero in nanoseconds.

    Raises:
        InvalidField: it is no duration, or zero or less.
    """
    nanoseconds = duration_ns(duration, path)
    if nanoseconds <= 0:
        raise InvalidField(path, f"it is {nanoseconds / 1e9:g} s", "more than 0 s")
    return nanoseconds
