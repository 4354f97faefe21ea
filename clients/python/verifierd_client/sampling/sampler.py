"""What every source of samples looks like: completions that end one by one, each of which can be aborted."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Protocol, Self

Message = Mapping[str, str]
"""One turn of a chat: `role` and `content`."""

Prompt = str | Sequence[Message]
"""A text that the model goes on from, or a chat that it answers."""


class SamplerError(Exception):
    """The model's side failed: a refused request, a lost connection. It says nothing about any sample."""


class FinishReason(Enum):
    """Why a sample ended: by itself, at `max_tokens`, or aborted, by the caller or by the model's side."""

    STOP = "stop"
    LENGTH = "length"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How samples are drawn.

    Attributes:
        temperature: 0 is greedy.
        top_p: share of the probability mass that is drawn from; above 0, at most 1.
        max_tokens: tokens of one completion at most; at least 1.
        stop: texts that end a completion, and are not part of it.
        seed: of the first sample; the others count on from it. None: the model's own choice.

    Raises:
        ValueError: a number is outside of what is allowed.
    """

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 1024
    stop: tuple[str, ...] = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no engine can draw by, with one sentence for all of them."""
        if not 0 <= self.temperature < math.inf:
            raise ValueError(f"temperature is {self.temperature}: it must be a number from 0 on, 0 is greedy")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}: it must be above 0 and at most 1")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens is {self.max_tokens}: it must be at least 1")
        stop: object = self.stop  # a single text is a sequence of texts, too
        if isinstance(stop, str) or "" in self.stop:
            raise ValueError(f"stop is {self.stop!r}: it must be a tuple of texts, none of them empty")

    def seed_of(self, index: int) -> int | None:
        """Return the seed of the sample at `index`."""
        return None if self.seed is None else self.seed + index


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion that has ended; `text` of an aborted one is as far as it came.

    `prompt_tokens` is what was read for this sample alone: an engine that reads a prompt once for all of its
    samples reports it with the first and 0 with the others. Where `exact_counts` is False, the engine did not
    say how many tokens an aborted sample took, and they were counted by what came of it.
    """

    index: int
    text: str
    prompt_tokens: int
    completion_tokens: int
    finish_reason: FinishReason
    exact_counts: bool = True

    @property
    def is_whole(self) -> bool:
        """Say whether the model came to an end of its own."""
        return self.finish_reason is not FinishReason.ABORTED


class Draw(Protocol):
    """The samples of one prompt, as they end; aborted ones come too, so that every token is accounted for.

    If the model's side fails on one sample, the others are aborted; the draw yields those that ended before
    and those that were aborted, and then raises. Leaving an `async with` block aborts what is left.
    """

    @property
    def completion_tokens(self) -> int:
        """Return how many tokens have been decoded so far, over all samples."""
        ...

    def abort(self, indexes: Iterable[int] | None = None) -> None:
        """Decode no more of these samples; None: of all. Harmless for those that have ended, from any thread.

        Raises:
            ValueError: the draw has no sample of such an index.
        """
        ...

    async def aclose(self) -> None:
        """Abort what is left and wait until the model's side has let go of it."""
        ...

    def __aiter__(self) -> AsyncIterator[Sample]:
        """Return the samples as they end. Raises SamplerError while iterated."""
        ...

    async def __aenter__(self) -> Self:
        """Return itself."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Abort what is left."""
        ...


class Sampler(Protocol):
    """Draws completions of prompts."""

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> Draw:
        """Begin to decode `n` samples with the indexes 0 to n - 1, and return them as they end.

        It must be called while an event loop runs. `continuing` is a text that every answer already begins
        with; it is not part of the samples' texts.
        """
        ...
