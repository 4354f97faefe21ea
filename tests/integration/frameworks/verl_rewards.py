"""Runs in the set `verl`: verl's own reward managers and SandboxFusion caller, for right and wrong programs.

    python verl_rewards.py ADDRESS RUN_CODE_URL

The last line of standard output has the rewards by the way on which verl came to them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from typing import Any

import torch
from omegaconf import OmegaConf
from tensordict import TensorDict
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from verl import DataProto
from verl.trainer.ppo.reward import load_reward_manager
from verl.utils.reward_score import default_compute_score
from verl.utils.reward_score.sandbox_fusion.utils import check_correctness
from verl.workers.reward_manager.batch import BatchRewardManager

from verifierd_client.integrations.verl import compute_scores

NOBODY = "unix:/nobody.sock"
STDIO = {"inputs": ["21\n", "-1\n"], "outputs": ["42\n", "-2\n"]}
CALLS = {"inputs": ["2\n3", "0\n1"], "outputs": ["6", "0"], "fn_name": "multiplied"}
RESPONSES = (
    "Twice:\n```python\nprint(2 * int(input()))\n```\n",
    "Perhaps:\n```python\nprint(42)\n```\n",
    "```python\nclass Solution:\n    def multiplied(self, a, b):\n        return a * b\n```",
    "```python\ndef multiplied(a, b):\n    return a + b\n```",
    "I do not know.",
)
TRUTHS = (STDIO, STDIO, CALLS, CALLS, STDIO)
PROGRAMS = (
    ("print(2 * int(input()))", "python"),
    ("print(int(input()))", "python"),
    ("print(", "python"),
    ("1 / 0", "python"),
    ("while True: pass", "python"),
    ("#include <iostream>\nint main() { long n; std::cin >> n; std::cout << 2 * n << '\\n'; }", "cpp"),
    ("int main() { return }", "cpp"),
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Return one of bytes, which gives every text back as it was."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    of_bytes = Tokenizer(models.BPE({letter: at for at, letter in enumerate(["<pad>", *alphabet])}, []))
    of_bytes.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    of_bytes.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=of_bytes, pad_token="<pad>")


def rollouts(vocabulary: PreTrainedTokenizerFast) -> DataProto:
    """Return the responses as verl's rollouts bring them, each to a prompt of one token."""
    answers = vocabulary(list(RESPONSES), padding=True, return_tensors="pt")
    prompts = torch.zeros((len(RESPONSES), 1), dtype=torch.long)
    mask = torch.cat([torch.ones_like(prompts), answers["attention_mask"]], dim=1)
    tensors = {"prompts": prompts, "responses": answers["input_ids"], "attention_mask": mask}
    return DataProto.from_dict(
        tensors=dict(TensorDict(tensors, batch_size=len(RESPONSES))),
        non_tensors={
            "data_source": ["taco"] * len(RESPONSES),
            "reward_model": [{"style": "rule", "ground_truth": json.dumps(each)} for each in TRUTHS],
            "extra_info": [{"index": at} for at in range(len(RESPONSES))],
        },
    )


def by_reward_loop(vocabulary: PreTrainedTokenizerFast, **settings: Any) -> list[Any]:
    """Return what the manager of verl's reward loop makes of each response, by a configuration alone."""
    config = OmegaConf.create(
        {
            "reward": {
                "custom_reward_function": {
                    "path": "pkg://verifierd_client.integrations.verl",
                    "name": "compute_score",
                    "reward_kwargs": settings,
                },
                "reward_manager": {"source": "register", "name": "naive"},
            }
        }
    )

    async def scores() -> list[Any]:
        manager = load_reward_manager(config, vocabulary)
        data = rollouts(vocabulary)
        runs = (manager.run_single(data[at : at + 1]) for at in range(len(data)))
        return await asyncio.gather(*runs, return_exceptions=True)

    found = asyncio.get_event_loop_policy().new_event_loop().run_until_complete(scores())
    return [repr(each) if isinstance(each, BaseException) else each["reward_score"] for each in found]


def by_batch(vocabulary: PreTrainedTokenizerFast, address: str) -> list[float]:
    """Return the rewards that verl's batch manager puts at the responses' last tokens."""
    manager = BatchRewardManager(vocabulary, 0, partial(compute_scores, address=address))
    rewards = manager(rollouts(vocabulary))
    return [float(each) for each in rewards.sum(dim=1)]


def by_sandbox_fusion(url: str) -> dict[str, Any]:
    """Return what verl's SandboxFusion caller says of programs, and its scores of the responses."""
    checked = [check_correctness(url, dict(STDIO), code, 2, 1024, language) for code, language in PROGRAMS]
    return {
        "results": [results for results, _ in checked],
        "statuses": [[each["status"] for each in told] for _, told in checked],
        "scores": [
            default_compute_score("taco", response, json.dumps(truth), sandbox_fusion_url=url)
            for response, truth in zip(RESPONSES, TRUTHS, strict=True)
        ],
    }


if __name__ == "__main__":
    _, at, run_code = sys.argv
    words = tokenizer()
    found = {
        "reward_loop": by_reward_loop(words, address=at),
        "away": by_reward_loop(words, address=NOBODY, timeout_s=0.5),
        "batch": by_batch(words, at),
        "sandbox_fusion": by_sandbox_fusion(run_code),
    }
    sys.stdout.write("\n" + json.dumps(found) + "\n")
