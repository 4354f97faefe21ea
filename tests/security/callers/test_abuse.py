"""A daemon that is abused serves whoever behaves: seconds of it here, minutes in `make prove-scale`."""

from __future__ import annotations

import pytest

from tests.security.callers.abuse import ATTACKS
from tests.security.callers.serving import abused

pytestmark = pytest.mark.anyio

SECONDS, IDLE_STREAMS = 4.0, 1500
MEMORY_BYTES = 512 << 20


async def test_malformed_frames_floods_slow_readers_and_idle_streams_harm_nobody_else() -> None:
    found = await abused(SECONDS, IDLE_STREAMS, calls_before=10)
    assert found.failures == ()
    assert found.during_s
    assert set(found.abused["attacks"]) == {attack.__name__ for attack in ATTACKS}
    assert found.abused["idle_streams"]["most_open"] > 0
    assert found.grown_bytes < MEMORY_BYTES
