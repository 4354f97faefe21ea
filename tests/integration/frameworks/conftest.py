"""Fixtures: the environment of each set of frameworks, made once and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.frameworks.environment import Unreachable, environment

MAKING_S = 1600


def _python(name: str) -> Path:
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
