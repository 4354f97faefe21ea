"""A sampler whose answers are written down: what each draw asks is kept, and so is what was let go of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifierd_client.sampling import FinishReason, Prompt, SamplerError, Sampling
from verifierd_client.sampling.running import Piece, RunningDraw

NEVER_S = 3600.0
PROMPT_TOKENS, COMPLETION_TOKENS = 10, 100


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, which ends after so many seconds. A failing one is the model's side failing."""

    text: str
    after_s: float = 0.0
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What one draw was asked for."""

    prompt: Prompt
    n: int
    sampling: Sampling
    continuing: str


@dataclass
class ScriptedSampler:
    """Gives answers in order, and again from the first; or what a function gives for what is asked.

    Each takes 10 tokens to read and 100 to write, an aborted one 1. `open` counts samples that are decoded
    at the moment, `most_open` the most there were; `began` is set by the first draw.
    """

    answers: Sequence[Answer | str] | Callable[[Asked, int], Answer | str]
    asked: list[Asked] = field(default_factory=list)
    given: int = 0
    open: int = 0
    most_open: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> ScriptedDraw:
        """Begin to decode `n` samples; see `Sampler.draw`."""
        asked = Asked(prompt, n, sampling, continuing)
        self.asked.append(asked)
        answers = [self._next(asked) for _ in range(n)]
        self.open += n
        self.most_open = max(self.most_open, self.open)
        self.began.set()
        return ScriptedDraw(self, answers)

    def _next(self, asked: Asked) -> Answer:
        at, self.given = self.given, self.given + 1
        chosen = self.answers(asked, at) if callable(self.answers) else self.answers[at % len(self.answers)]
        return chosen if isinstance(chosen, Answer) else Answer(chosen)


class ScriptedDraw(RunningDraw):
    """One draw of a ScriptedSampler: a timer for each sample."""

    def __init__(self, sampler: ScriptedSampler, answers: Sequence[Answer]) -> None:
        """Begin to give them."""
        super().__init__(len(answers), self._stop_some)
        self._sampler = sampler
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(answer.after_s, self._give, at, answer) for at, answer in enumerate(answers)
        ]

    def _give(self, index: int, answer: Answer) -> None:
        self._sampler.open -= 1
        if answer.fails:
            self.fail(index, SamplerError("the model's server refused the request"))
            return
        self.add(index, Piece(answer.text, COMPLETION_TOKENS, PROMPT_TOKENS, FinishReason.STOP))
        self.end(index)

    def _stop_some(self, indexes: list[int]) -> None:
        for index in indexes:
            self._timers[index].cancel()
            self._sampler.open -= 1
            self.add(index, Piece("", 1, PROMPT_TOKENS))
            self.end(index)
