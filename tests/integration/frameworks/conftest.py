"""Fixtures: the environment of each set of frameworks, made where it is asked for, and kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.frameworks.environment import Unreachable, environment, is_made

MAKING_S = 1600
ASKED = "VERIFIERD_TEST_FRAMEWORKS"  # names of sets, separated by commas, or `all`


def _python(name: str) -> Path:
    asked = os.environ.get(ASKED, "").split(",")
    if not is_made(name) and name not in asked and "all" not in asked:
        pytest.skip(f"the environment of {name}.txt is not made, which takes minutes; {ASKED}={name} does it")
    try:
        return environment(name)
    except Unreachable as reason:
        pytest.skip(f"the frameworks of {name}.txt are not here: {reason}")


@pytest.fixture(scope="session")
def trl_python() -> Path:
    return _python("trl")


@pytest.fixture(scope="session")
def verl_python() -> Path:
    return _python("verl")
