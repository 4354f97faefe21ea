"""What stands for a candidate's names where only this is asked: does a test program use any of them?"""

from __future__ import annotations

from typing import Any

from .objects import REFUSED

ALSO_USES = ("__call__", "__eq__", "__ne__", "__hash__", "__bool__", "__str__", "__repr__", "__format__")


class ProbeUsed(BaseException):
    """A probe was used. Not an Exception, so that the test program goes on as seldom as may be."""


class Probe:
    """Can be named, and no more."""

    def __getattribute__(self, name: str) -> Any:
        """Raise ProbeUsed."""
        raise ProbeUsed

    def __mro_entries__(self, bases: tuple[Any, ...]) -> Any:
        """Raise ProbeUsed."""
        raise ProbeUsed


def _used(*_: Any, **__: Any) -> Any:
    raise ProbeUsed


for _name in (*REFUSED, *ALSO_USES):
    setattr(Probe, _name, _used)
