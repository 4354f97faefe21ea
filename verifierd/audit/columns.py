"""A column of bytes, as it is read where anybody may have written something else into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


class Bytes(sa.TypeDecorator[bytes]):
    """Bytes; SQLite keeps a value of any type in any column, and what is none of bytes is read as empty.

    So a record that somebody altered is damaged, and those beside it can be read.
    """

    impl = sa.LargeBinary
    cache_ok = True

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], bytes | None]:
        """Return what makes bytes of a value as the driver gives it."""
        return _bytes


def _bytes(value: Any) -> bytes | None:
    if value is None:
        return None
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
