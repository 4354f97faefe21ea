"""A Docker engine for the length of a block where one can be had, else the block without one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from tests.support.engine import NoEngine, engine, make_images


@contextmanager
def engine_where_possible() -> Iterator[None]:
    """Let this process and its children find the engine by `DOCKER_HOST`.

    Where there is none, what needs it says so itself.
    """
    with ExitStack() as stack:
        try:
            address = stack.enter_context(engine())
            make_images(address)
        except NoEngine:
            address = None
        if address is not None:
            stack.enter_context(mock.patch.dict(os.environ, DOCKER_HOST=address))
        yield
