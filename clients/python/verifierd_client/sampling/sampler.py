"""What every source of samples looks like: completions that end one by one, each of which can be aborted."""

from __future__ import annotations

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
    """Why a sample ended: by itself, at `max_tokens`, or because it was aborted."""

    STOP = "stop"
    LENGTH = "length"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How samples are drawn.

    Attributes:
        temperature: 0 is greedy.
        top_p: share of the probability mass that is drawn from.
        max_tokens: tokens of one completion at most.
        stop: texts that end a completion, and are not part of it.
        seed: of the first sample; the others count on from it. None: the model's own choice.
    """

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 1024
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion that has ended; `text` of an aborted one is as far as it came.

    `prompt_tokens` is what was read for this sample alone: an engine that reads a prompt once for all of its
    samples reports it with the first and 0 with the others.
    """

    index: int
    text: str
    prompt_tokens: int
    completion_tokens: int
    finish_reason: FinishReason

    @property
    def is_whole(self) -> bool:
        """Say whether the model came to an end of its own."""
        return self.finish_reason is not FinishReason.ABORTED


class Draw(Protocol):
    """The samples of one prompt, as they end; aborted ones come too, so that every token is accounted for.

    Leaving an `async with` block aborts what is left.
    """

    @property
    def completion_tokens(self) -> int:
        """Return how many tokens have been decoded so far, over all samples."""
        ...

    def abort(self, indexes: Iterable[int] | None = None) -> None:
        """Decode no more of these samples; None: of all. Harmless for those that have ended."""
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

        `continuing` is a text that every answer already begins with; it is not part of the samples' texts.
        """
        ...
