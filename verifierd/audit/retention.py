"""Retention: which batches go, by age and by size, the oldest first; what would go, and what went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from verifierd.audit.removing import remove_batches, sweep, sweep_unnamed
from verifierd.audit.schema import BATCHES
from verifierd.audit.sizes import MAY_GO, Amount, batch_amount, store_amount
from verifierd.audit.store import Store

RECORDS_AT_ONCE = 2000
"""So many records go in one transaction, or one batch that has more: the daemon's writer waits meanwhile."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Rules:
    """What is kept: batches that ended at or after a time, in epoch nanoseconds, and so many bytes.

    None: everything is kept by that rule. A batch goes that one of the rules does not keep, if it has ended
    and is under no legal hold. `why` is what the records of the removal say.
    """

    ended_before_ns: int | None = None
    keep_bytes: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went, or would go, and what is left.

    `held` and `unfinished` count batches that stay whatever the rules say.
    """

    gone: Amount
    left: Amount
    held: int
    unfinished: int


def plan(store: Store, rules: Rules) -> Outcome:
    """Say what `retain` would remove, and remove nothing. Blocks.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
    """
    whole = _whole(store)
    gone = Amount()
    for _, amount in _chosen(store, rules, whole.stored_bytes):
        gone += amount
    return _outcome(store, gone, whole - gone)


def retain(
    store: Store, rules: Rules, clock_ns: Callable[[], int], advance: Callable[[], None] = lambda: None
) -> Outcome:
    """Remove what the rules do not keep. `advance` is called after each batch. Blocks.

    It may be stopped at any time, also by a crash: what went is recorded, and what did not is there.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        StoreTrouble: it cannot be written at the moment.
    """
    whole = _whole(store)
    removing = _Removing(store, rules.why, clock_ns, advance)
    for batch_id, amount in _chosen(store, rules, whole.stored_bytes):
        removing.add(batch_id, amount)
    removing.remove()
    sweep_unnamed(store, clock_ns())
    return _outcome(store, removing.gone, _whole(store))


@dataclass(slots=True)
class _Removing:
    """Gathers batches until they are worth a transaction."""

    store: Store
    why: str
    clock_ns: Callable[[], int]
    advance: Callable[[], None]
    gone: Amount = field(default_factory=Amount)
    waiting: dict[str, Amount] = field(default_factory=dict)

    def add(self, batch_id: str, amount: Amount) -> None:
        self.waiting[batch_id] = amount
        if sum(each.records for each in self.waiting.values()) >= RECORDS_AT_ONCE:
            self.remove()

    def remove(self) -> None:
        if not self.waiting:
            return
        removed = remove_batches(self.store, self.waiting, self.why, self.clock_ns())
        sweep(self.store, removed.unnamed)
        for batch_id in removed.batch_ids:
            self.gone += self.waiting[batch_id]
            self.advance()
        self.waiting.clear()


def _chosen(store: Store, rules: Rules, stored_bytes: int) -> Iterator[tuple[str, Amount]]:
    """Yield the batches that go with what they hold, the oldest first."""
    if rules.ended_before_ns is None and rules.keep_bytes is None:
        return
    after = 0
    while True:
        following = sa.select(BATCHES.c.id, BATCHES.c.sequence, BATCHES.c.ended_at_ns)
        following = following.where(BATCHES.c.sequence > after, MAY_GO).order_by(BATCHES.c.sequence)
        with store.reading() as connection:
            page = connection.execute(following.limit(_PAGE)).all()
        for row in page:
            is_old = rules.ended_before_ns is not None and row.ended_at_ns < rules.ended_before_ns
            is_too_much = rules.keep_bytes is not None and stored_bytes > rules.keep_bytes
            if is_old or is_too_much:
                with store.reading() as connection:
                    amount = batch_amount(connection, row.id)
                stored_bytes -= amount.stored_bytes
                yield row.id, amount
            elif rules.ended_before_ns is None:
                return
        if not page:
            return
        after = page[-1].sequence


def _whole(store: Store) -> Amount:
    with store.reading() as connection:
        return store_amount(connection)


def _outcome(store: Store, gone: Amount, left: Amount) -> Outcome:
    ended = BATCHES.c.state.in_(("finished", "abandoned"))
    with store.reading() as connection:
        counted = sa.select(sa.func.count()).select_from(BATCHES)
        held = connection.scalar(counted.where(BATCHES.c.is_held, ended)) or 0
        unfinished = connection.scalar(counted.where(sa.not_(ended))) or 0
    return Outcome(gone, left, held, unfinished)
