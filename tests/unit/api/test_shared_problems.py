"""A problem that was put to one front end is known to another one, to its tenant and to nobody else."""

from __future__ import annotations

import pytest

from tests.unit.api.fakes import ABILITIES
from tests.unit.api.requests import good_request
from verifier.v1 import batch_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.convert.batches import digest_to_proto
from verifierd.api.requests import RequestReader
from verifierd.batches.problems import ProblemStore
from verifierd.errors import UnknownProblem
from verifierd.identity.principals import ALL_SCOPES, Principal
from verifierd.model import Digest

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("one_loop")]

LAB, SHOP = (Principal(tenant, ALL_SCOPES) for tenant in ("lab", "shop"))


class Exchange:
    """What all front ends have; `asked` counts."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], bytes] = {}
        self.asked = 0

    async def put(self, tenant: str, sha256: str, message: bytes) -> None:
        self.messages[tenant, sha256] = message

    async def get(self, tenant: str, sha256: str) -> bytes | None:
        self.asked += 1
        return self.messages.get((tenant, sha256))


def front_end(exchange: Exchange, *, for_records: bool = True) -> RequestReader:
    return RequestReader(ABILITIES, ProblemStore(1 << 20, exchange=exchange), for_records=for_records)


def naming(digest: Digest) -> wire.VerifyRequest:
    message = good_request()
    message.batch.CopyFrom(batch_pb2.BatchSpec(problem_digest=digest_to_proto(digest)))
    return message


@pytest.mark.parametrize("for_records", [True, False])
async def test_a_problem_that_another_front_end_was_given_is_fetched_once(for_records: bool) -> None:
    exchange, whole = Exchange(), good_request()
    digest = await front_end(exchange).kept_problem(whole.batch.problem, "problem", "lab")
    other = front_end(exchange, for_records=for_records)
    for _ in range(2):
        request, candidates = await other.closed(naming(digest), LAB)
        assert [test.id for test in request.batch.problem.tests] == ["t1", "t2", "t3"]
        assert (request.problem_digest, len(candidates)) == (digest, 2)
    opened = await front_end(exchange).batch("r", naming(digest).batch, "open.batch", LAB)
    assert opened.batch.problem == request.batch.problem
    assert exchange.asked == 2


async def test_a_problem_of_another_tenant_stays_unknown() -> None:
    exchange = Exchange()
    digest = await front_end(exchange).kept_problem(good_request().batch.problem, "problem", "lab")
    with pytest.raises(UnknownProblem):
        await front_end(exchange).closed(naming(digest), SHOP)


async def test_a_digest_that_names_other_contents_than_were_put_is_unknown() -> None:
    exchange = Exchange()
    digest = await front_end(exchange).kept_problem(good_request().batch.problem, "problem", "lab")
    other = Digest("ab" * 32, digest.size_bytes)
    exchange.messages["lab", other.hash] = exchange.messages["lab", digest.hash]
    with pytest.raises(UnknownProblem):
        await front_end(exchange).closed(naming(other), LAB)


@pytest.mark.parametrize("damaged", [b"\xff\xff", b""])
async def test_a_problem_that_came_back_damaged_is_unknown(damaged: bytes) -> None:
    exchange = Exchange()
    digest = await front_end(exchange).kept_problem(good_request().batch.problem, "problem", "lab")
    exchange.messages["lab", digest.hash] = damaged
    with pytest.raises(UnknownProblem):
        await front_end(exchange).closed(naming(digest), LAB)
