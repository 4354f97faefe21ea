"""What a candidate's executions put out, all of it in one blob: most outputs are small, and many are alike.

The blob is the outputs one after the other; the record says how many bytes each has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandboxes.inside import values
from sandboxes.inside.values import Encoder, Opaque, ValueFormError

Sizes = tuple[int, int, int | None]
"""Bytes of standard output, standard error and the typed value; None: there is no value."""


@dataclass(frozen=True, slots=True)
class Output:
    """What one execution put out; `actual` as in `ExecutionResult`."""

    stdout: bytes
    stderr: bytes
    actual: tuple[Any] | None


NOTHING = Output(b"", b"", None)


def join_outputs(outputs: Iterable[Output]) -> tuple[bytes, list[Sizes]]:
    """Return the blob of these outputs, and the sizes by which `split_outputs` parts it."""
    parts: list[bytes] = []
    sizes: list[Sizes] = []
    for output in outputs:
        actual = None if output.actual is None else values.dumps(output.actual[0], _Encoder()).encode()
        parts += (output.stdout, output.stderr, actual or b"")
        sizes.append((len(output.stdout), len(output.stderr), None if actual is None else len(actual)))
    return b"".join(parts), sizes


def split_outputs(blob: bytes, sizes: Iterable[Sizes]) -> list[Output]:
    """Return the outputs that a blob holds.

    Raises:
        ValueError: the sizes are not those of this blob.
    """
    outputs = []
    at = 0
    for of_stdout, of_stderr, of_actual in sizes:
        middle, end = at + of_stdout, at + of_stdout + of_stderr
        actual = None if of_actual is None else (_value(blob[end : end + of_actual]),)
        outputs.append(Output(blob[at:middle], blob[middle:end], actual))
        at = end + (of_actual or 0)
    if at != len(blob):
        raise ValueError(f"the outputs take {at} bytes together, and the blob has {len(blob)}")
    return outputs


class _Encoder(Encoder):
    """Keeps the class name of a value that had no value form when it left its sandbox."""

    def other(self, value: Any) -> Any:
        return {"$opaque": value.class_name} if isinstance(value, Opaque) else super().other(value)


def _value(text: bytes) -> Any:
    try:
        return values.loads(text)
    except ValueFormError as error:
        return Opaque(f"a value that cannot be read back: {error}")
