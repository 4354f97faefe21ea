"""The environment of the tools that read deployments, made where it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.frameworks.environment import NotHere, environment

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


@pytest.fixture(scope="session")
def deploy_python() -> Path:
    try:
        return environment("deploy")
    except NotHere as reason:
        pytest.skip(str(reason))
