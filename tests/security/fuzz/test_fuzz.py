"""A short search, always of the same cases; `make fuzz` searches for minutes, among others each time."""

from __future__ import annotations

import grpc
import pytest

from tests.support.backends import Service
from verifierd_client import Verifier

from .batches import Batches
from .campaign import OFFLINE
from .frames import GREETING, Script, frame, honest_answer, words
from .programs import KINDS, Kind, hostile
from .requests import requests
from .search import Property, search
from .supervisors import played

SEED = 20_250
EXAMPLES = {"supervisor frames": 60}


@pytest.mark.parametrize("prop", OFFLINE, ids=lambda prop: prop.name)
def test_a_line_that_says_anything_ends_in_what_its_reader_knows(prop: Property) -> None:
    assert search(prop, EXAMPLES.get(prop.name, 150)) > 50


def test_an_honest_script_is_accepted_run_by_run() -> None:
    said = GREETING + b"".join(map(honest_answer, range(3))) + frame(b'{"done":true,"sizes":[]}', b"")
    assert len(words(said)) == 5
    assert [result.verdict.name for result in played(Script(said, b"", "close"))] == ["ACCEPTED"] * 3


def test_every_request_is_answered_by_a_status_or_by_whole_events(service: Service) -> None:
    with grpc.insecure_channel(service.address) as channel:
        assert search(requests(service, channel), 150) > 50


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_hostile_programs_trouble_neither_their_neighbour_nor_the_host(
    kind: Kind, service: Service, verifier: Verifier
) -> None:
    batches = Batches(service, verifier)
    assert batches.round(kind, SEED) > 1
    batches.check_host()


def test_a_program_is_the_same_for_the_same_seed_and_number() -> None:
    for kind in KINDS:
        assert hostile(kind, 1, 2) == hostile(kind, 1, 2) != hostile(kind, 1, 3)
