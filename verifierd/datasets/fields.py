"""Fields of the service's own files: text, bytes and typed values as a person writes them in JSON."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sandboxes.inside.values import Decoder, Readers
from verifierd.datasets.records import is_unicode, type_name


class _ValueDecoder(Decoder):
    """Reads values that a person writes: an object that has no value form is none of them."""

    by_tag: ClassVar[Readers] = {tag: read for tag, read in Decoder.by_tag.items() if tag != "$opaque"}


decode = _ValueDecoder().decode


def _unicode(value: Any) -> Any:
    if isinstance(value, str) and not is_unicode(value):
        raise ValueError("holds a lone surrogate, which is no Unicode text")
    return value


def _octets(value: Any) -> Any:
    """Read standard input or output: text as UTF-8, or bytes in the tagged form."""
    content = decode(value)
    if isinstance(content, str):
        return str(_unicode(content)).encode()
    if isinstance(content, bytes):
        return content
    raise ValueError(f'must be a string or {{"$bytes": base64}}, and is {type_name(value)}')


def _plain_as_text(value: Any) -> Any:
    """Let a checker's parameter be written as the number or the truth value that it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if type(value) in (int, float) else _unicode(value)


Text = Annotated[str, BeforeValidator(_unicode)]
Id = Annotated[Text, Field(min_length=1)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]
Param = Annotated[str, BeforeValidator(_plain_as_text)]
Octets = Annotated[bytes, BeforeValidator(_octets)]
TypedValue = Annotated[Any, BeforeValidator(decode)]


class Form(BaseModel):
    """An object whose every key is known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
