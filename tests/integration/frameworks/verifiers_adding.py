"""An environment of verifiers, for the set `evals`: its tasks are rewarded by a daemon, alone and as a group.

The agent's program is one request to the model's endpoint, so that nothing is installed for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import httpx
import verifiers.v1 as vf

from verifierd_client import AsyncVerifier
from verifierd_client.integrations.scoring import OnInfra, Scorer
from verifierd_client.integrations.verifiers import VerifiedReward

__all__ = ["AddingEnv", "AddingTaskset", "Asks"]

TESTS = json.dumps(
    [{"call": "add", "args": [1, 2], "expected": 3}, {"call": "add", "args": [2, 2], "expected": 4}]
)


@cache
def reward_at(address: str, on_infra: OnInfra) -> VerifiedReward:
    """Return the reward of a service, which does not wait for one that is away."""
    return VerifiedReward(Scorer(AsyncVerifier(address, retries=0), on_infra=on_infra, attempts=1))


class AddingData(vf.TaskData):  # type: ignore[misc]
    """A task's data holds its tests, in a column that `columns.problem_of` knows."""

    tests: str


class AddingConfig(vf.TaskConfig):  # type: ignore[misc]
    """Where the service is."""

    address: str = ""
    on_infra: str = "raise"


class AddingTask(vf.Task[AddingData, vf.State, AddingConfig]):  # type: ignore[misc]
    """One function to write."""

    @vf.reward  # type: ignore[untyped-decorator]
    async def verified(self, task: AddingData, trace: Any) -> float | dict[str, float]:
        """Reward a program that passes."""
        return await reward_at(self.config.address, self.config.on_infra)(task, trace)


class AddingTasksetConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Its tasks are told where the service is."""

    task: AddingConfig = AddingConfig()


class AddingTaskset(vf.Taskset[AddingTask, AddingTasksetConfig]):  # type: ignore[misc]
    """One task."""

    def load(self) -> Iterable[AddingTask]:
        """Yield it."""
        yield AddingTask(AddingData(prompt="Write add(a, b).", tests=TESTS), self.config.task)


class AddingEnvConfig(vf.EnvConfig):  # type: ignore[misc]
    """One agent, which attempts the task twice."""

    agent: vf.AgentConfig = vf.AgentConfig()


class AddingEnv(vf.Env[AddingEnvConfig]):  # type: ignore[misc]
    """Scores both attempts in one batch, when both are there."""

    async def run(self, task: vf.Task, agents: vf.Agents) -> None:
        """Attempt the task twice."""
        for _ in range(2):
            await agents.agent.run(task)

    async def finalize(self, task: vf.Task, episode: vf.Episode) -> None:
        """Score them as a group."""
        reward = reward_at(task.config.address, task.config.on_infra)
        await reward.of_group(task.data, episode.traces, name="group")


class AsksConfig(vf.HarnessConfig):  # type: ignore[misc]
    """Has nothing to be set."""


class Asks(vf.Harness[AsksConfig]):  # type: ignore[misc]
    """Asks the model once."""

    EXECUTES_CODE = False
    NEEDS_CONTAINER = False

    async def launch(
        self, ctx: Any, trace: Any, runtime: Any, endpoint: str, secret: str, *_: Any, **__: Any
    ) -> vf.ProgramResult:
        """Send the prompt to the endpoint that verifiers records the trace at."""
        message = {"role": "user", "content": trace.task.data.prompt}
        async with httpx.AsyncClient(timeout=60) as client:
            answer = await client.post(
                f"{endpoint}/chat/completions",
                json={"model": ctx.model, "messages": [message]},
                headers={"Authorization": f"Bearer {secret}"},
            )
        return vf.ProgramResult(int(answer.is_error), "", answer.text)
