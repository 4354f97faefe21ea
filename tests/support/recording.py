"""Recorded samples in place of a model: which text a prompt gets next, and how many tokens it has."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from verifierd_client.sampling import FinishReason, Prompt, SamplerError, Sampling

CHARACTERS_PER_TOKEN = 4
"""The recordings have no tokens. Four characters are about one, in English and code, of most vocabularies."""

TOKEN_S = 0.010
"""How long a token takes to decode, unless told otherwise."""


def tokens_of(text: str) -> int:
    """Return how many tokens a text has, by the rule of four characters; a begun token counts."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def text_of(prompt: Prompt) -> str:
    """Return a prompt as one text."""
    return prompt if isinstance(prompt, str) else "\n".join(message["content"] for message in prompt)


def cut(text: str, sampling: Sampling) -> tuple[str, FinishReason]:
    """Return a recorded text as far as `sampling` lets it come, and why it ends there."""
    limit = sampling.max_tokens * CHARACTERS_PER_TOKEN
    ends = [at for stop in sampling.stop if 0 <= (at := text.find(stop)) <= limit]
    if ends:
        return text[: min(ends)], FinishReason.STOP
    return (text, FinishReason.STOP) if len(text) <= limit else (text[:limit], FinishReason.LENGTH)


class Recording:
    """The recorded completions of some prompts; a prompt is known by the recorded one that stands in it.

    A prompt gets its completions in the recorded order, and again from the first once all were given. With
    the beginning of an answer given, it gets what follows in one of those that begin so, drawn by chance.
    """

    def __init__(self, completions: Mapping[str, Sequence[str]], seed: int = 0) -> None:
        """Keep completions by their prompt."""
        self._completions = completions
        self._given: Counter[str] = Counter()
        self._random = random.Random(seed)

    def next_of(self, prompt: Prompt, continuing: str = "") -> str:
        """Return what a model would have said next.

        Raises:
            SamplerError: nothing was recorded for this prompt, or nothing that begins so.
        """
        recorded = self._recorded_in(text_of(prompt))
        completions = self._completions[recorded]
        if not continuing:
            self._given[recorded] += 1
            return completions[(self._given[recorded] - 1) % len(completions)]
        following = [each[len(continuing) :] for each in completions if each.startswith(continuing)]
        if not following:
            raise SamplerError(f"no recorded sample begins with {continuing!r}")
        return self._random.choice(following)

    def _recorded_in(self, text: str) -> str:
        """Return the longest recorded prompt that stands in a text."""
        found = [prompt for prompt in self._completions if prompt in text]
        if not found:
            raise SamplerError(f"nothing was recorded for the prompt {text[:80]!r}")
        return max(found, key=len)


def recorded(shared_data: Path) -> dict[str, list[str]]:
    """Return the 100 completions of each of the 41 prompts of `candidates_dev`."""
    with gzip.open(shared_data / "candidates_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        problems = [json.loads(line) for line in lines]
    return {problem["prompt"]: problem["raw_completions"] for problem in problems}
