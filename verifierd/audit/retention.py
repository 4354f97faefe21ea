"""Retention: which batches go, by age and by size, the oldest first; what would go, and what went."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from verifierd.audit.removing import remove_batches, sweep, unnamed_swept
from verifierd.audit.schema import BATCHES
from verifierd.audit.sizes import MAY_GO, Amount, batch_amount, store_amount
from verifierd.audit.store import Store

RECORDS_AT_ONCE = 2000
"""So many records go in one transaction, or one batch that has more: the daemon's writer waits meanwhile."""
DAY_NS = 86_400 * 10**9
GIB = 1 << 30
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is kept, as people say it: days from a batch's end, GiB that all take together. None: no bound."""

    days: float | None = None
    gib: float | None = None

    @property
    def are_none(self) -> bool:
        """Tell whether everything is kept for ever."""
        return self.days is None and self.gib is None

    def rules(self, now_ns: int, by: str) -> Rules:
        """Return what they mean at a time, in epoch nanoseconds; `by` names who removes."""
        why = []
        if self.days is not None:
            why.append(f"older than {self.days:g} days")
        if self.gib is not None:
            why.append(f"beyond {self.gib:g} GiB")
        return Rules(
            ended_before_ns=None if self.days is None else now_ns - round(self.days * DAY_NS),
            keep_bytes=None if self.gib is None else round(self.gib * GIB),
            why=f"{' or '.join(why)}; removed by {by}",
        )


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
    gone = Amount()
    for step in steps(store, rules, clock_ns):
        gone += step
        for _ in range(step.batches):
            advance()
    return _outcome(store, gone, _whole(store))


def steps(
    store: Store,
    rules: Rules,
    clock_ns: Callable[[], int],
    records_at_once: int = RECORDS_AT_ONCE,
    *,
    sweeps: bool = True,
) -> Generator[Amount, None, None]:
    """Remove what the rules do not keep, one short transaction after another; yield what each removed.

    Who asks for no further step ends it. Files that a crash left are looked for at the end, with `sweeps`:
    that lists all there are.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        StoreTrouble: it cannot be written at the moment.
    """
    # Not for nothing: it is told from every row.
    stored_bytes = 0 if rules.keep_bytes is None else _whole(store).stored_bytes
    waiting: dict[str, Amount] = {}
    for batch_id, amount in _chosen(store, rules, stored_bytes):
        waiting[batch_id] = amount
        if sum(each.records for each in waiting.values()) >= records_at_once:
            yield _removed(store, waiting, rules.why, clock_ns())
            waiting = {}
    if waiting:
        yield _removed(store, waiting, rules.why, clock_ns())
    if sweeps:
        for _ in unnamed_swept(store, clock_ns()):
            yield Amount()


def _removed(store: Store, batches: Mapping[str, Amount], why: str, now_ns: int) -> Amount:
    """Remove batches, and return what of them went."""
    removed = remove_batches(store, batches.keys(), why, now_ns)
    sweep(store, removed.unnamed)
    return sum((batches[batch_id] for batch_id in removed.batch_ids), Amount())


def _chosen(store: Store, rules: Rules, stored_bytes: int) -> Iterator[tuple[str, Amount]]:
    """Yield the batches that go with what they hold, the oldest first."""
    if rules.ended_before_ns is None and rules.keep_bytes is None:
        return
    after = 0
    while True:
        following = sa.select(BATCHES.c.id, BATCHES.c.sequence, BATCHES.c.ended_at_ns)
        following = following.where(BATCHES.c.sequence > after, MAY_GO).order_by(BATCHES.c.sequence)
        if rules.keep_bytes is None:  # then most are passed over, which the database does faster
            following = following.where(BATCHES.c.ended_at_ns < rules.ended_before_ns)
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
