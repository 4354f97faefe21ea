"""How the records of a chain hang together, and which of them was altered where they do not.

A record is judged by itself and by its neighbours: only both tell an altered record from an altered hash, and
one that was put in from one that was moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from verifierd.audit.bodies import KINDS
from verifierd.audit.chain import record_hash

MOVED_AT_MOST = 1000  # places away from its own at which a moved record is still recognized
SEARCHES = 100  # of such places in one walk; each hashes a record some thousand times


@dataclass(frozen=True, slots=True)
class Link:
    """A record as the chain sees it, its body before compression."""

    sequence: int
    kind: str
    body: bytes
    previous_hash: bytes
    hash: bytes

    def hash_with(
        self, *, previous_hash: bytes | None = None, sequence: int | None = None, kind: str | None = None
    ) -> bytes:
        """Return the hash that it should have; had it another predecessor, place or kind, where given."""
        return record_hash(
            self.previous_hash if previous_hash is None else previous_hash,
            self.sequence if sequence is None else sequence,
            self.kind if kind is None else kind,
            self.body,
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Records `first` to `last` are not there.

    `previous_hash` is the hash of the record before them, and `last_hash` what the one after them names as
    its predecessor's; None where there is no such record, or it was not looked at.
    """

    first: int
    last: int
    previous_hash: bytes | None
    last_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Broken:
    """A record at which the chain does not hold, and why."""

    sequence: int
    kind: str
    why: str


class _State(Enum):
    SOUND = "its hash is that of its contents"
    MOVED = "its hash is that of its contents in another place"
    MISLED = "it would be sound if it named the record before it"
    CHANGED = "its hash is not that of its contents"


@dataclass(frozen=True, slots=True)
class _Looked:
    link: Link
    before: bytes | None
    state: _State
    why: str


class Links:
    """Takes the records of a chain one by one, in order; `gaps` tells which are not there.

    What is wrong with a record is told once the next one is known, or at the `end`.
    """

    def __init__(self, first: int, previous_hash: bytes | None) -> None:
        """Begin with record `first`; `previous_hash` is the hash of the one before, None if that is gone."""
        self.gaps: list[Gap] = []
        self.newest: tuple[int, bytes] | None = None
        self._expected = first
        self._before = previous_hash
        self._looked: _Looked | None = None
        self._shift = 0
        self._searches = SEARCHES

    def take(self, link: Link) -> Iterator[Broken]:
        """Take the next record, and yield what is wrong with the one before it."""
        before = self._before
        if link.sequence != self._expected:
            yield from self._settle(None)
            self.gaps.append(Gap(self._expected, link.sequence - 1, before, link.previous_hash))
            before = None
        elif before is None:
            self.gaps.append(Gap(link.sequence - 1, link.sequence - 1, None, link.previous_hash))
        looked = self._look(link, before)
        is_first = self._looked is None and before is not None
        yield from self._settle(looked)
        if is_first and looked.state is _State.SOUND and link.previous_hash != before:
            yield Broken(link.sequence, link.kind, "it names another record than the one before it")
        self._looked = looked
        self._before = link.hash
        self._expected = link.sequence + 1
        self.newest = link.sequence, link.hash

    def end(self, head_hash: bytes | None) -> Iterator[Broken]:
        """Yield what is wrong with the last record; `head_hash` is what the chain's head says its hash is."""
        looked = self._looked
        if looked is not None and head_hash is not None and looked.state is _State.SOUND:
            if head_hash != looked.link.hash:
                why = "the chain's head says another hash for it: one of the two was altered"
                yield Broken(looked.link.sequence, looked.link.kind, why)
            self._looked = None
        elif looked is not None and looked.state is _State.CHANGED and head_hash == looked.link.hash_with():
            yield _broken(looked, "its hash was altered; its contents are as they were written")
            self._looked = None
        yield from self._settle(None)

    def _settle(self, following: _Looked | None) -> Iterator[Broken]:
        """Say what is wrong with the newest record, knowing the one that follows it."""
        looked, self._looked = self._looked, None
        if looked is None:
            return
        named = None
        if following is not None and following.state is not _State.MISLED:
            named = following.link.previous_hash
        if looked.state is _State.CHANGED and named == looked.link.hash_with():
            yield _broken(looked, "its hash was altered; its contents are as they were written")
        elif looked.state is not _State.SOUND:
            yield _broken(looked, looked.why)
        elif following is not None and named not in (None, looked.link.hash):
            if named == looked.before:
                yield _broken(looked, "it was put in: the record after it names the record before it")
            elif following.state is not _State.MOVED:
                why = "it was changed and its hash made to fit: the record after it names another hash"
                yield _broken(looked, why)

    def _look(self, link: Link, before: bytes | None) -> _Looked:
        state, why = self._state(link, before)
        return _Looked(link, before, state, why)

    def _state(self, link: Link, before: bytes | None) -> tuple[_State, str]:
        if link.hash == link.hash_with():
            return _State.SOUND, ""
        if before is not None and link.hash == link.hash_with(previous_hash=before):
            return _State.MISLED, "the hash that it has of the record before it was altered"
        for kind in KINDS:
            if link.hash == link.hash_with(kind=kind):
                return _State.CHANGED, f"its kind was altered: it was written as {kind}"
        if (place := self._place(link)) is not None:
            return _State.MOVED, f"it is out of order: it was written as record {place}"
        return _State.CHANGED, "its contents were changed: its hash is not theirs"

    def _place(self, link: Link) -> int | None:
        """Return where a record was written that is in the wrong place, None if that is not found."""
        likely = link.sequence + self._shift
        if self._shift and likely > 0 and link.hash == link.hash_with(sequence=likely):
            return likely
        if self._searches == 0:
            return None
        self._searches -= 1
        for distance in range(1, MOVED_AT_MOST + 1):
            for place in (link.sequence - distance, link.sequence + distance):
                if place > 0 and link.hash == link.hash_with(sequence=place):
                    self._shift = place - link.sequence
                    return place
        return None


def _broken(looked: _Looked, why: str) -> Broken:
    return Broken(looked.link.sequence, looked.link.kind, why)
