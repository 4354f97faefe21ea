"""What stands around methods is put there once, every call goes through it, and leaves nothing behind."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from tests.unit.api.fakes import Serving
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.around import Surrounded

pytestmark = pytest.mark.anyio

CALLS = 50
HELD_BY_A_CALL = {"RPCState", "_ServicerContext", "Call"}


class Server:
    """Keeps what is added to it."""

    def __init__(self) -> None:
        self.by_name: dict[str, Any] = {}
        self.generic: list[Any] = []

    def add_generic_rpc_handlers(self, handlers: tuple[Any, ...]) -> None:
        self.generic += handlers

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        self.by_name |= {f"/{service}/{name}": handler for name, handler in handlers.items()}


def test_the_first_stands_outermost_and_both_ways_to_a_method_lead_through() -> None:
    server: Any = Server()

    def around(label: str) -> Any:
        return lambda method, handler: (label, method, handler)

    Surrounded(server, around("outer"), around("inner")).add_registered_method_handlers("s", {"M": "own"})
    assert server.by_name == {"/s/M": ("outer", "/s/M", ("inner", "/s/M", "own"))}
    assert [handler.service_name() for handler in server.generic] == ["s"]


@pytest.fixture
def collected() -> Iterator[Callable[[], set[str]]]:
    """Gives the kinds of objects that only a collection would have freed."""

    def kinds() -> set[str]:
        gc.collect()
        return {type(each).__name__ for each in gc.garbage}

    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield kinds
    gc.set_debug(0)
    gc.garbage.clear()


async def test_of_a_call_that_is_refused_nothing_waits_for_a_collection(
    served: Serving, collected: Callable[[], set[str]]
) -> None:
    for _ in range(CALLS):
        call: Any = served.stub.PutProblem(wire.PutProblemRequest())
        assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert not collected() & HELD_BY_A_CALL
