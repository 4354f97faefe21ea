"""The draw of every engine: what its samples have so far, which have ended, and how the rest is aborted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from verifierd_client.sampling.sampler import FinishReason, Sample


@dataclass(frozen=True, slots=True)
class Piece:
    """What came of a sample since its last piece.

    Attributes:
        text: what was added to it.
        completion_tokens: how many tokens it has taken so far.
        prompt_tokens: how many tokens were read for it; None: not said yet.
        finish_reason: why it ended; None: it goes on.
        exact_counts: whether the engine itself counted the tokens.
    """

    text: str
    completion_tokens: int
    prompt_tokens: int | None = None
    finish_reason: FinishReason | None = None
    exact_counts: bool = True


@dataclass(slots=True)
class _Decoded:
    """One sample as far as it came."""

    texts: list[str] = field(default_factory=list)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish_reason: FinishReason | None = None
    exact_counts: bool = True
    stopping: bool = False
    ended: bool = False


class RunningDraw:
    """A `Draw` that an engine feeds: it calls `add` as tokens come, and `end` or `fail` once for each sample.

    They belong to the event loop that the draw began on; an engine with a thread of its own calls them by
    `post`. Only `post` and `abort` may be called from any thread.
    """

    def __init__(self, n: int, stop: Callable[[list[int]], None]) -> None:
        """Begin with `n` samples; `stop` makes the engine `end` those that it is given, each of them once.

        Raises:
            ValueError: `n` is negative.
        """
        if n < 0:
            raise ValueError(f"n is {n}: it must be at least 0")
        self._loop = asyncio.get_running_loop()
        self._stop = stop
        self._decoded = [_Decoded() for _ in range(n)]
        self._left = n
        self._samples: asyncio.Queue[Sample | None] = asyncio.Queue()
        self._over = asyncio.Event()
        self._error: BaseException | None = None
        self._end_if_none_is_left()

    @property
    def completion_tokens(self) -> int:
        """Return how many tokens have been decoded so far, over all samples."""
        return sum(each.completion_tokens for each in self._decoded)

    def post(self, call: Callable[..., None], *args: object) -> bool:
        """Have a method of this draw called on its event loop; False: that loop has ended."""
        try:
            self._loop.call_soon_threadsafe(call, *args)
        except RuntimeError:
            return False
        return True

    def add(self, index: int, piece: Piece) -> None:
        """Take what came of a sample."""
        decoded = self._decoded[index]
        decoded.texts.append(piece.text)
        decoded.completion_tokens = piece.completion_tokens
        decoded.exact_counts = piece.exact_counts
        if piece.prompt_tokens is not None:
            decoded.prompt_tokens = piece.prompt_tokens
        if piece.finish_reason is not None:
            decoded.finish_reason = piece.finish_reason

    def end(self, index: int) -> None:
        """Yield a sample as it is: aborted, unless a piece said why it ended."""
        decoded = self._decoded[index]
        sample = Sample(
            index,
            "".join(decoded.texts),
            decoded.prompt_tokens,
            decoded.completion_tokens,
            decoded.finish_reason or FinishReason.ABORTED,
            decoded.exact_counts,
        )
        self._let_go(index, sample)

    def fail(self, index: int, error: BaseException) -> None:
        """Give a sample up and abort the others; the first error is raised once they have ended."""
        self._error = self._error or error
        self._let_go(index, None)
        self._abort(range(len(self._decoded)))

    def is_ended(self, index: int) -> bool:
        """Say whether a sample is over and done with."""
        return self._decoded[index].ended

    def _let_go(self, index: int, sample: Sample | None) -> None:
        self._decoded[index].ended = True
        self._left -= 1
        if sample is not None:
            self._samples.put_nowait(sample)
        self._end_if_none_is_left()

    def _end_if_none_is_left(self) -> None:
        if self._left == 0:
            self._over.set()
            self._samples.put_nowait(None)

    def abort(self, indexes: Iterable[int] | None = None) -> None:
        """Decode no more of these samples; None: of all. Harmless for those that have ended, from any thread.

        Raises:
            ValueError: the draw has no sample of such an index.
        """
        n = len(self._decoded)
        wanted = list(range(n) if indexes is None else indexes)
        if unknown := [index for index in wanted if not 0 <= index < n]:
            raise ValueError(f"the draw has no sample {unknown[0]}: it has {n}, counted from 0")
        self.post(self._abort, wanted)

    def _abort(self, indexes: Iterable[int]) -> None:
        stopping = []
        for index in indexes:
            decoded = self._decoded[index]
            if not (decoded.ended or decoded.stopping):
                decoded.stopping = True
                stopping.append(index)
        if stopping:
            self._stop(stopping)

    async def aclose(self) -> None:
        """Abort what is left and wait until the model's side has let go of it."""
        self._abort(range(len(self._decoded)))
        await self._over.wait()

    def __aiter__(self) -> Self:
        """Return itself: a loop that was left goes on where it was."""
        return self

    async def __anext__(self) -> Sample:
        """Return the next sample that has ended, waiting for it.

        Raises:
            SamplerError: the model's side failed; every other sample has been returned before.
        """
        sample = await self._samples.get()
        if sample is not None:
            return sample
        self._samples.put_nowait(None)  # for who asks again
        raise self._error or StopAsyncIteration

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Abort what is left."""
        await self.aclose()
