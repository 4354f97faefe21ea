"""A service in a process of its own: it ends in good order, and says why it could not go on."""

from __future__ import annotations

import pytest

from verifierd.config.settings import Settings
from verifierd.daemon import GaveUp, process


class Hopeless:
    """Cannot go on as soon as it has started."""

    address = "nowhere"

    def __init__(self, _: Settings) -> None:
        self.happened: list[str] = []

    async def startup(self) -> None:
        self.happened.append("started")

    async def main_loop(self) -> None:
        raise GaveUp("nobody lets it in")

    async def shutdown(self) -> None:
        self.happened.append("ended")


def test_a_service_that_cannot_go_on_ends_in_good_order_and_says_why() -> None:
    service = Hopeless(Settings())
    with pytest.raises(GaveUp, match="nobody lets it in"):
        process.run(Settings(), service.happened.append, lambda _: service)
    assert service.happened == ["started", "nowhere", "ended"]
