"""Fixtures: the environment of each set of frameworks, made where it is asked for, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.frameworks.environment import NotHere, environment

MAKING_S = 1600


def _python(name: str) -> Path:
    try:
        return environment(name)
    except NotHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def trl_python() -> Path:
    return _python("trl")


@pytest.fixture(scope="session")
def verl_python() -> Path:
    return _python("verl")


@pytest.fixture(scope="session")
def evals_python() -> Path:
    return _python("evals")
