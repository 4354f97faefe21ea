"""Members of a set and keys of a dict as a request gives them, checked while a table is built of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandboxes.inside.values import SAME_HASH_BOUND
from verifierd.errors import InvalidField
from verifierd.judging.fingerprint import fingerprint
from verifierd.judging.showing import show_value


class Keys:
    """The distinct keys so far, in their order. Fields of errors are relative to the key."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: dict[Any, Any] = {}
        self._with_hash: dict[int, int] = {}

    def __iter__(self) -> Iterator[Any]:
        """Yield each key once."""
        return iter(self._keys)

    def add(self, key: Any) -> bool:
        """Take the next key; return False where the same one was there before.

        Raises:
            InvalidField: it is not hashable, equals one of another type (to Python 1, 1.0 and True are one
                key), or `SAME_HASH_BOUND` others have its hash: a table of many takes quadratic time.
        """
        hashed = _hash(key)
        count = len(self._keys)
        first = self._keys.setdefault(key, key)
        if len(self._keys) == count:
            if first is not key and fingerprint(first) != fingerprint(key):
                raise InvalidField(
                    "",
                    f"{_typed(key)} equals {_typed(first)}, which was there before",
                    "keys and members of which no two are equal in Python",
                )
            return False
        same = self._with_hash[hashed] = self._with_hash.get(hashed, 0) + 1
        if same > SAME_HASH_BOUND:
            raise InvalidField(
                "", f"{_typed(key)} has the same hash as {same - 1} before it", f"up to {SAME_HASH_BOUND}"
            )
        return True


def _hash(key: Any) -> int:
    try:
        return hash(key)
    except TypeError:
        raise InvalidField(
            "", f"a {type(key).__name__} is not hashable", "a value without list, set or dict in it"
        ) from None


def _typed(key: Any) -> str:
    return f"{type(key).__name__} {show_value(key)}"
