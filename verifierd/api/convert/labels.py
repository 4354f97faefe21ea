"""Labels: the caller's own words about a batch, carried to its records and never interpreted."""

from __future__ import annotations

from collections.abc import Mapping

from verifierd.api.convert.fields import identifier, shown, under
from verifierd.errors import InvalidField

MAX_LABELS, MAX_NAME_CHARS, MAX_VALUE_CHARS = 32, 64, 256


def labels_from_proto(labels: Mapping[str, str], path: str) -> dict[str, str]:
    """Return labels in the order of their names.

    Raises:
        InvalidField: there are too many, or a name or a value is too long or not printable.
    """
    if len(labels) > MAX_LABELS:
        raise InvalidField(path, f"there are {len(labels)}", f"up to {MAX_LABELS}")
    for name, value in labels.items():
        at = f"{path}[{shown(name)}]"
        identifier(name, at, max_chars=MAX_NAME_CHARS)
        identifier(value, under(at, "value"), required=False, max_chars=MAX_VALUE_CHARS)
    return dict(sorted(labels.items()))
