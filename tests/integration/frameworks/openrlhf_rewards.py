"""Runs in the set `verl`: OpenRLHF's own executor, with responses that are played back in place of vLLM's.

    python openrlhf_rewards.py ADDRESS FOLDER

The last line of standard output has what OpenRLHF takes as each response's reward.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from openrlhf.utils.agent import SingleTurnAgentExecutor
from verl_rewards import RESPONSES, TRUTHS, tokenizer  # beside it: its folder is the first on the path

REWARD_FILE = """
from verifierd_client import AsyncVerifier
from verifierd_client.integrations.openrlhf import code_reward
from verifierd_client.integrations.scoring import Scorer

reward_func = code_reward({given})
"""
AWAY = 'Scorer(AsyncVerifier("unix:/nobody.sock", retries=0), on_infra="{on_infra}")'
PROMPT = "<s>user: Write it. assistant: ```python\nprint('an example of the prompt, never to be run')\n```\n"


class PlayedBack:
    """Gives one response, in the form of vLLM's engine."""

    def __init__(self, tokens: list[int]) -> None:
        """Hold the response."""
        self._tokens = tokens

    async def generate(self, *_: Any, **__: Any) -> Any:
        """Return it as one finished output."""
        output = SimpleNamespace(token_ids=self._tokens, finish_reason="stop", logprobs=None)
        return SimpleNamespace(outputs=[output])


async def rewards(folder: Path, given: str) -> list[dict[str, Any]]:
    """Return what the executor has of each response, by a reward file of this content."""
    file = folder / f"reward_{abs(hash(given))}.py"
    file.write_text(REWARD_FILE.format(given=given))
    executor, words = SingleTurnAgentExecutor(str(file)), tokenizer()
    sampling = SimpleNamespace(max_tokens=1000, logprobs=None)
    runs = (
        executor.execute(
            PROMPT, json.dumps(truth), sampling, 4096, words, PlayedBack(words(response)["input_ids"])
        )
        for response, truth in zip(RESPONSES, TRUTHS, strict=True)
    )
    outputs = await asyncio.gather(*runs)
    return [
        {
            "reward": None if each["reward"] is None else str(float(each["reward"])),
            "judged": [float(told) for told in each["extra_logs"].values()],
        }
        for each in outputs
    ]


async def main(address: str, folder: Path) -> dict[str, Any]:
    """Return the rewards with a daemon, and without one by either way to take that."""
    return {
        "here": await rewards(folder, repr(address)),
        "away_none": await rewards(folder, AWAY.format(on_infra="none")),
        "away_raise": await rewards(folder, AWAY.format(on_infra="raise")),
    }


if __name__ == "__main__":
    _, at, scratch = sys.argv
    sys.stdout.write("\n" + json.dumps(asyncio.run(main(at, Path(scratch)))) + "\n")
