"""A chain of records holds, or the record is named at which it does not: any record, any alteration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.audit.chain import FIRST
from verifierd.audit.verifying.links import Broken, Gap, Link, Links

RECORDS = 12
KIND = "candidate_judged"
PLACES = st.integers(1, RECORDS)
INNER = st.integers(2, RECORDS - 1)
Chain = list[Link]


def chain(count: int = RECORDS) -> Chain:
    links: Chain = []
    for sequence in range(1, count + 1):
        links.append(sealed(Link(sequence, KIND, b"body %d" % sequence, last_hash(links), b"")))
    return links


def last_hash(links: Chain) -> bytes:
    return links[-1].hash if links else FIRST


def sealed(link: Link) -> Link:
    return replace(link, hash=link.hash_with())


def found(links: Chain, head_hash: bytes | None = None, first: int = 1) -> tuple[list[Broken], list[Gap]]:
    looking = Links(first, FIRST if first == 1 else chain()[first - 2].hash)
    broken = [each for link in links for each in looking.take(link)]
    broken += looking.end(last_hash(chain()) if head_hash is None else head_hash)
    return broken, looking.gaps


def only(links: Chain, head_hash: bytes | None = None) -> tuple[int, str]:
    """Return the one fault that there is."""
    (broken,), gaps = found(links, head_hash)
    assert gaps == []
    assert broken.kind == links[broken.sequence - 1].kind
    return broken.sequence, broken.why


@given(st.integers(0, RECORDS))
def test_a_chain_as_it_was_written_holds(count: int) -> None:
    links = chain(count)
    assert found(links, last_hash(links)) == ([], [])


@given(PLACES)
def test_a_part_of_a_chain_holds(first: int) -> None:
    assert found(chain()[first - 1 :], first=first) == ([], [])


def altered(place: int, change: Callable[[Link], Link]) -> Chain:
    links = chain()
    links[place - 1] = change(links[place - 1])
    return links


@given(PLACES)
def test_changed_contents_are_found_in_their_record(place: int) -> None:
    links = altered(place, lambda link: replace(link, body=b"forged"))
    assert only(links) == (place, "its contents were changed: its hash is not theirs")


@given(PLACES)
def test_an_altered_hash_is_told_from_altered_contents(place: int) -> None:
    links = altered(place, lambda link: replace(link, hash=bytes(32)))
    assert only(links) == (place, "its hash was altered; its contents are as they were written")


@given(PLACES)
def test_an_altered_hash_of_the_predecessor_is_found_where_it_stands(place: int) -> None:
    links = altered(place, lambda link: replace(link, previous_hash=b"\1" * 32))
    assert only(links) == (place, "the hash that it has of the record before it was altered")


@given(PLACES)
def test_an_altered_kind_is_found(place: int) -> None:
    links = altered(place, lambda link: replace(link, kind="batch_ended"))
    assert only(links) == (place, f"its kind was altered: it was written as {KIND}")


@given(st.integers(1, RECORDS - 1))
def test_a_record_with_its_hash_made_to_fit_is_found_by_its_successor(place: int) -> None:
    links = altered(place, lambda link: sealed(replace(link, body=b"forged")))
    sequence, why = only(links)
    assert sequence == place
    assert why.startswith("it was changed and its hash made to fit")


def test_the_newest_record_with_its_hash_made_to_fit_is_found_by_the_head() -> None:
    links = altered(RECORDS, lambda link: sealed(replace(link, body=b"forged")))
    sequence, why = only(links)
    assert sequence == RECORDS
    assert "the chain's head says another hash" in why


@given(st.integers(1, RECORDS - 1))
def test_two_changed_neighbours_are_both_found(place: int) -> None:
    links = altered(place, lambda link: sealed(replace(link, body=b"forged")))
    links[place] = replace(links[place], body=b"forged too")
    broken, _ = found(links)
    assert [each.sequence for each in broken] == [place, place + 1]


@given(PLACES, PLACES)
def test_records_that_changed_places_are_named_with_their_own(one: int, other: int) -> None:
    links = chain()
    links[one - 1], links[other - 1] = (
        replace(links[other - 1], sequence=one),
        replace(links[one - 1], sequence=other),
    )
    broken, gaps = found(links)
    assert gaps == []
    assert [(each.sequence, each.why) for each in broken] == [
        (place, f"it is out of order: it was written as record {own}")
        for place, own in sorted([(one, other), (other, one)])
        if one != other
    ]


@given(INNER)
def test_a_record_that_was_put_in_is_told_from_those_that_made_room(place: int) -> None:
    links = chain()
    forged = sealed(Link(place, KIND, b"forged", links[place - 2].hash, b""))
    moved = [replace(link, sequence=link.sequence + 1) for link in links[place - 1 :]]
    broken, _ = found([*links[: place - 1], forged, *moved])
    assert (broken[0].sequence, broken[0].why) == (
        place,
        "it was put in: the record after it names the record before it",
    )
    assert [each.why for each in broken[1:]] == [
        f"it is out of order: it was written as record {own}" for own in range(place, RECORDS + 1)
    ]


@given(INNER)
def test_a_removed_record_whose_room_was_closed_shows_in_all_that_follow(place: int) -> None:
    links = chain()
    moved = [replace(link, sequence=link.sequence - 1) for link in links[place:]]
    broken, gaps = found([*links[: place - 1], *moved])
    assert [each.sequence for each in broken] == list(range(place, RECORDS))
    assert gaps == []


@given(st.integers(1, RECORDS - 1), st.integers(1, RECORDS - 1))
def test_what_is_not_there_is_a_gap_between_two_hashes(one: int, other: int) -> None:
    first, last = sorted((one, other))
    links = chain()
    broken, gaps = found([*links[: first - 1], *links[last:]])
    assert broken == []
    before = links[first - 2].hash if first > 1 else FIRST
    assert gaps == [Gap(first, last, before, links[last - 1].hash)]


@given(st.integers(2, RECORDS))
def test_a_part_whose_predecessor_is_gone_begins_with_a_gap(first: int) -> None:
    links = chain()
    looking = Links(first, None)
    broken = [each for link in links[first - 1 :] for each in looking.take(link)]
    assert [*broken, *looking.end(last_hash(links))] == []
    assert looking.gaps == [Gap(first - 1, first - 1, None, links[first - 2].hash)]


def test_a_first_record_that_names_a_predecessor_is_found() -> None:
    links = [sealed(Link(1, KIND, b"body", b"\1" * 32, b""))]
    assert only(links, links[0].hash) == (1, "it names another record than the one before it")


@pytest.mark.timeout(30)
def test_a_long_chain_out_of_order_takes_bounded_time() -> None:
    links = chain(5000)
    renumbered = [replace(link, sequence=link.sequence + 1) for link in links[1:]]
    forged = sealed(Link(2, KIND, b"forged", links[0].hash, b""))
    broken, _ = found([links[0], forged, *renumbered], last_hash(links))
    assert len(broken) == 5000
    shuffled = [replace(links[-number], sequence=number) for number in range(1, 5001)]
    broken, _ = found(shuffled, last_hash(links))
    assert len(broken) >= 4999
