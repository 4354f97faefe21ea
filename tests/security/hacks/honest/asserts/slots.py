# what: a class with slots, properties, a class method and operators of its own
# problem: stack
from __future__ import annotations


class Stack:
    __slots__ = ("_items",)

    def __init__(self) -> None:
        self._items: list[object] = []

    @property
    def items(self) -> list[object]:
        return list(self._items)

    def push(self, item: object) -> Stack:
        self._items.append(item)
        return self

    def pop(self) -> object:
        try:
            return self._items.pop()
        except IndexError as error:
            raise IndexError("empty") from error

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stack) and other._items == self._items
