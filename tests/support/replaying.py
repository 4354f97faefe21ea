"""A sampler that replays recorded samples with the timing of a model: a token of each every 10 ms."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from tests.support.recording import CHARACTERS_PER_TOKEN, TOKEN_S, Recording, cut, text_of, tokens_of
from verifierd_client.sampling import FinishReason, Prompt, Sampling
from verifierd_client.sampling.running import Piece, RunningDraw


class ReplayingSampler:
    """Draws recorded samples; a token takes `token_s`, however many samples decode.

    The prompt is read once, in no time, and counted with the first sample.
    """

    def __init__(self, recording: Recording, *, token_s: float = TOKEN_S) -> None:
        """Replay a recording."""
        self._recording = recording
        self._token_s = token_s

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> ReplayedDraw:
        """Begin to decode `n` samples; see `Sampler.draw`."""
        prompt_tokens = tokens_of(text_of(prompt) + continuing)
        samples = []
        for index in range(n):
            text, reason = cut(self._recording.next_of(prompt, continuing), sampling)
            samples.append(_Replayed(text, reason, prompt_tokens if index == 0 else 0))
        return ReplayedDraw(samples, self._token_s)


@dataclass(frozen=True, slots=True)
class _Replayed:
    """A sample that will be said, token by token."""

    text: str
    finish_reason: FinishReason
    prompt_tokens: int

    def after(self, tokens: int) -> Piece:
        """Return the sample as far as it is said after so many tokens."""
        if tokens >= tokens_of(self.text):
            return Piece(self.text, tokens_of(self.text), self.prompt_tokens, self.finish_reason)
        return Piece(self.text[: tokens * CHARACTERS_PER_TOKEN], tokens, self.prompt_tokens)


class ReplayedDraw(RunningDraw):
    """Samples that end by the clock: one timer each, so that a hundred leave the loop to the verifier."""

    def __init__(self, samples: list[_Replayed], token_s: float) -> None:
        """Begin to say them."""
        super().__init__(len(samples), self._cut_short)
        self._replayed = samples
        self._token_s = token_s
        self._clock = asyncio.get_running_loop()
        self._began_s = self._clock.time()
        self._timers = [
            self._clock.call_at(self._began_s + tokens_of(sample.text) * token_s, partial(self._say, index))
            for index, sample in enumerate(samples)
        ]

    @property
    def completion_tokens(self) -> int:
        """Return how many tokens have been decoded so far, over all samples."""
        said = self._tokens_said()
        running = (each for index, each in enumerate(self._replayed) if not self.is_ended(index))
        return super().completion_tokens + sum(min(said, tokens_of(each.text)) for each in running)

    def _tokens_said(self) -> int:
        return int((self._clock.time() - self._began_s) / self._token_s)

    def _say(self, index: int) -> None:
        sample = self._replayed[index]
        self.add(index, sample.after(tokens_of(sample.text)))
        self.end(index)

    def _cut_short(self, indexes: list[int]) -> None:
        for index in indexes:
            self._timers[index].cancel()
            self.add(index, self._replayed[index].after(self._tokens_said()))
            self.end(index)
