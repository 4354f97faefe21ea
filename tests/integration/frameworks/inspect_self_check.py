"""Inspect AI's own checks of a sandbox, for pytest in the set `evals`, beside a daemon."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from inspect_ai.util import SandboxEnvironment
from inspect_ai.util._sandbox.self_check import *  # noqa: F403

from verifierd_client.integrations.inspect_ai import VerifierdSandbox

pytestmark = pytest.mark.anyio
# `docs/inspect.md` says why.
DOES_NOT_HOLD = {"test_exec_as_user": "the service runs every command as a user without privileges"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def sandbox_env(request: pytest.FixtureRequest) -> AsyncIterator[SandboxEnvironment]:
    reason = DOES_NOT_HOLD.get(request.node.originalname)
    if reason:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    environments = await VerifierdSandbox.sample_init("self_check", None, {})
    yield environments["default"]
    await VerifierdSandbox.sample_cleanup("self_check", None, environments, interrupted=False)
