"""What two make at the same time, and what is there already."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from nats.js.errors import APIError

from verifierd.fleet.streams import NAME_IN_USE, SUBJECTS_TAKEN, make_or_take

pytestmark = pytest.mark.anyio


class Server:
    """Refuses with these codes, one after the other, then makes."""

    def __init__(self, codes: Sequence[int]) -> None:
        self._codes = list(codes)

    async def make(self) -> str:
        if self._codes:
            raise APIError(code=400, err_code=self._codes.pop(0))
        return "made"

    async def take(self) -> str:
        return "taken"


@pytest.mark.parametrize(
    ("codes", "result"),
    [
        ([], "made"),
        ([NAME_IN_USE], "taken"),
        ([SUBJECTS_TAKEN], "made"),
        ([SUBJECTS_TAKEN, NAME_IN_USE], "taken"),
    ],
)
async def test_who_comes_second_has_what_the_first_one_made(codes: list[int], result: str) -> None:
    server = Server(codes)
    assert await make_or_take(server.make, server.take) == result


@pytest.mark.parametrize("codes", [[10047], [SUBJECTS_TAKEN, SUBJECTS_TAKEN], [SUBJECTS_TAKEN, 10047]])
async def test_what_the_server_refuses_is_not_made(codes: list[int]) -> None:
    server, last = Server(codes), codes[-1]
    with pytest.raises(APIError) as refused:
        await make_or_take(server.make, server.take)
    assert refused.value.err_code == last
