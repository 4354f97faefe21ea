"""A commit whose answer is lost is neither doubled nor taken for that of others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from tests.support.entries import begun, judged
from tests.support.stores import sequences_of_whole_chain
from verifierd.audit import reading
from verifierd.audit.committing import Committer, Item
from verifierd.audit.entries import Entry, HoldChanged
from verifierd.audit.errors import StoreTrouble
from verifierd.audit.schema import CHAIN_HEAD
from verifierd.audit.store import Store


class Mute(Store):
    """A store whose server falls silent after the next commit, once `is_silent` is set."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.engine, store.blobs, store.where)
        self.is_silent = False

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        with super().writing() as connection:
            yield connection
        if self.is_silent:
            self.is_silent = False
            raise StoreTrouble("the connection to its server broke")


def committed(store: Store, rest: Callable[[float], bool], *entries: Entry) -> list[Item]:
    items = [Item(entry) for entry in entries]
    Committer(store, lambda entry: entry, (0.0,), rest).commit([items])
    return items


def set_head(store: Store, head_hash: bytes) -> bytes:
    """Set the hash in the chain's head, and return the one that was there."""
    with store.engine.begin() as connection:
        before = connection.execute(sa.select(CHAIN_HEAD.c.hash)).scalar_one()
        connection.execute(sa.update(CHAIN_HEAD).values(hash=head_hash))
    return bytes(before)


def test_a_commit_without_an_answer_is_not_doubled_though_the_look_up_for_it_fails(store: Store) -> None:
    mute = Mute(store)
    heads = [bytes(32)]

    def rest(_: float) -> bool:
        """Keep the look-up after the lost answer from being made, and let the one after it be."""
        heads.append(set_head(store, heads[-1]))
        return len(heads) <= 3

    committed(store, rest, begun())
    mute.is_silent = True
    (item,) = committed(mute, rest, HoldChanged("batch", 1, True, "a lawyer", "case 7"))
    assert len(heads) == 3
    assert (item.sequence, item.error) == (2, None)
    assert sequences_of_whole_chain(store) == [1, 2]


def test_the_answer_to_what_was_given_up_is_not_taken_for_that_of_others(store: Store) -> None:
    mute = Mute(store)
    committer = Committer(mute, lambda entry: entry, (0.0,), lambda _: False)
    committer.commit([[Item(begun())]])
    given_up, other = Item(judged(0)), Item(judged(1))
    mute.is_silent = True
    committer.commit([[given_up]])
    assert isinstance(given_up.error, StoreTrouble)
    committer.commit([[other]])
    assert (other.sequence, other.error) == (3, None)
    assert [each.position for each in reading.candidates_of(store, "batch")] == [0, 1]
