"""Runs in the set `trl`: TRL's GRPOTrainer on a tiny model, rewarded by a daemon that goes away in the end.

    python grpo_steps.py ADDRESS DAEMONS_PID FOLDER

Steps 1 to 3 are ordinary ones. In step 4 the first completion is scored by a server that is not there, the
others by the daemon. Before step 5 the daemon is told to end. The last line of standard output says, for each
step, what TRL itself recorded of each completion, and how far the parameters moved.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pandas
import torch
from datasets import Dataset
from tiny_model import llama
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl import GRPOConfig, GRPOTrainer

from verifierd_client import AsyncVerifier
from verifierd_client.integrations.scoring import Scorer
from verifierd_client.integrations.trl import code_reward

STEPS, GROUP = 5, 8
MIXED_STEP, AWAY_STEP = 4, 5
SEED = 1
# Each is one token, so that an untrained model writes programs, and some of them are right.
RIGHT = "```python\nprint(2*int(input()))\n```"
WORDS = (RIGHT, "```python\nprint(int(input()))\n```", "```python\nprint(\n```", "I do not know.")
PROMPT, TESTS = "double", [{"stdin": "21\n", "stdout": "42\n"}, {"stdin": "-1\n", "stdout": "-2\n"}]


def tokenizer() -> PreTrainedTokenizerFast:
    """Return one whose words are whole answers."""
    vocabulary = {word: index for index, word in enumerate(("<pad>", "<end>", "<other>", PROMPT, *WORDS))}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<other>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    words.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="<end>", unk_token="<other>", padding_side="left"
    )


class Steps(TrainerCallback):  # type: ignore[misc] # TRL is not installed where types are checked
    """Ends the daemon before the last step, and measures how far each step moves the parameters."""

    def __init__(self, pid: int) -> None:
        """Begin before the first step."""
        self.pid = pid
        self.number = 0
        self.moved: list[float] = []
        self._before: list[torch.Tensor] = []

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Keep the parameters as they are."""
        self._before = [each.detach().clone() for each in given["model"].parameters()]

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **given: Any
    ) -> None:
        """Measure."""
        pairs = zip(self._before, given["model"].parameters(), strict=True)
        self.moved.append(max((now.detach() - before).abs().max().item() for before, now in pairs))


def train(address: str, pid: int, folder: Path) -> list[dict[str, Any]]:
    """Take the steps and return what came of each."""
    live = code_reward(Scorer(address, timeout_s=60))
    away = code_reward(Scorer(AsyncVerifier(f"unix:{folder}/nobody.sock", retries=0)))
    steps = Steps(pid)

    async def verified(completions: list[str], **columns: Any) -> list[float | None]:
        steps.number += 1
        if steps.number == AWAY_STEP:
            os.kill(steps.pid, signal.SIGTERM)
        rewards = await live(completions=completions, **columns)
        if steps.number == MIXED_STEP:
            first = {name: each[:1] for name, each in columns.items() if isinstance(each, list)}
            rewards[:1] = await away(completions=completions[:1], **first)
        return rewards

    vocabulary = tokenizer()
    trainer = GRPOTrainer(
        model=llama(vocabulary, context_tokens=32, seed=SEED),
        processing_class=vocabulary,
        reward_funcs=verified,
        train_dataset=Dataset.from_list([{"prompt": PROMPT, "tests": json.dumps(TESTS)}] * GROUP),
        callbacks=[steps],
        args=GRPOConfig(
            output_dir=str(folder),
            max_steps=STEPS,
            per_device_train_batch_size=GROUP,
            num_generations=GROUP,
            max_completion_length=1,
            learning_rate=0.1,
            optim="sgd",  # without momentum: a step without advantages moves nothing
            max_grad_norm=0.0,
            lr_scheduler_type="constant",
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            logging_steps=1,
            log_completions=True,
            num_completions_to_print=0,
            save_strategy="no",
            report_to="none",
            seed=SEED,
            dataloader_pin_memory=False,
        ),
    )
    trainer.train()
    return [_recorded(folder, step, steps.moved[step - 1]) for step in range(1, STEPS + 1)]


def _recorded(folder: Path, step: int, moved: float) -> dict[str, Any]:
    """Return what TRL wrote down of a step."""
    table = pandas.read_parquet(folder / "completions" / f"completions_{step:05d}.parquet")
    rewards = [None if pandas.isna(each) else each for each in table["verified"]]
    return {
        "completions": list(table["completion"]),
        "rewards": rewards,
        "advantages": list(table["advantage"]),
        "moved": moved,
    }


if __name__ == "__main__":
    _, at, daemon, scratch = sys.argv
    sys.stdout.write("\n" + json.dumps(train(at, int(daemon), Path(scratch))) + "\n")
