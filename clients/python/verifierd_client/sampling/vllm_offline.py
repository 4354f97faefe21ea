"""Samples of vLLM's offline `LLM`: a thread steps its engine while any draw has samples left."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from verifierd_client.sampling._prompts import token_ids
from verifierd_client.sampling.running import RunningDraw
from verifierd_client.sampling.sampler import Prompt, SamplerError, Sampling
from verifierd_client.sampling.vllm import explained, piece_of, sampling_params

if TYPE_CHECKING:
    from vllm import LLM, RequestOutput


@dataclass(slots=True)
class _Request:
    """A sample that the engine decodes."""

    draw: RunningDraw
    index: int
    completion_tokens: int = 0


class OfflineVLLMSampler:
    """Draws from a `vllm.LLM`, which nobody else may use meanwhile; draws at the same time share its batches.

    `LLM.generate` returns once all have ended and can abort none, so the engine below it is stepped here:
    `LLM.llm_engine` has the published `add_request`, `step` and `abort_request`.
    """

    def __init__(self, llm: LLM) -> None:
        """Use a model, which stays the caller's."""
        self._engine = llm.llm_engine
        self._tokenizer = llm.get_tokenizer()
        # The engine is for one thread: the loop orders, and that thread does it between two steps.
        self._orders: deque[Callable[[], None]] = deque()
        self._requests: dict[str, _Request] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="verifierd-vllm")

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> RunningDraw:
        """Begin to decode `n` samples; see `Sampler.draw`.

        Raises:
            SamplerError: the model's chat template does not take the prompt.
        """
        tokens = token_ids(self._tokenizer, prompt, continuing)
        request_ids = [f"verifierd-{uuid.uuid4().hex}" for _ in range(n)]
        draw = RunningDraw(
            n, lambda indexes: self._order(partial(self._abort, [request_ids[each] for each in indexes]))
        )
        for index, request_id in enumerate(request_ids):
            self._order(partial(self._begin, request_id, _Request(draw, index), tokens, sampling))
        return draw

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.append(order)
        self._thread.submit(self._drive)

    # On the thread.

    def _drive(self) -> None:
        """Step the engine until nothing is left to do."""
        while self._orders or self._requests:
            while self._orders:
                self._orders.popleft()()
            if self._requests:
                self._step()

    def _begin(self, request_id: str, request: _Request, tokens: list[int], sampling: Sampling) -> None:
        from vllm.inputs import tokens_input

        params = sampling_params(sampling, request.index)
        try:
            self._engine.add_request(request_id, tokens_input(tokens), params)
        except Exception as error:  # whatever it is, this draw is over and the thread goes on
            self._fail(request, error)
        else:
            self._requests[request_id] = request

    def _abort(self, request_ids: list[str]) -> None:
        running = [each for each in request_ids if each in self._requests]
        self._engine.abort_request(running)
        for request_id in running:
            request = self._requests.pop(request_id)
            request.draw.post(request.draw.end, request.index)

    def _step(self) -> None:
        try:
            outputs = self._engine.step()
        except Exception as error:  # an engine that failed in a step decodes none of its requests any more
            failed, self._requests = self._requests, {}
            for request in failed.values():
                self._fail(request, error)
            return
        for output in outputs:
            self._take(output)

    def _take(self, output: RequestOutput) -> None:
        request = self._requests.get(output.request_id)
        if request is None:
            return
        piece = piece_of(output, request.completion_tokens)
        request.completion_tokens = piece.completion_tokens
        if not request.draw.post(request.draw.add, request.index, piece):
            self._abort([output.request_id])  # its event loop has ended: nobody is there any more
        elif output.finished:
            del self._requests[output.request_id]
            request.draw.post(request.draw.end, request.index)

    def _fail(self, request: _Request, error: Exception) -> None:
        failure = SamplerError(explained(error))
        failure.__cause__ = error
        request.draw.post(request.draw.fail, request.index, failure)
