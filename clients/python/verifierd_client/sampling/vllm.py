"""Samples of vLLM's asynchronous engine in this process: one request a sample, each to be aborted alone."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from verifierd_client.sampling._prompts import token_ids
from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.sampling.sampler import FinishReason, Prompt, SamplerError, Sampling
from verifierd_client.sampling.streams import draw_streams

if TYPE_CHECKING:
    from vllm import RequestOutput, SamplingParams
    from vllm.v1.engine.async_llm import AsyncLLM

_FINISH_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH, "abort": FinishReason.ABORTED}


class VLLMSampler:
    """Draws from a `vllm.v1.engine.async_llm.AsyncLLM`, which stays the caller's to shut down.

    Each sample is a request of its own; vLLM's prefix cache reads their prompt once. Counts are exact up to
    the last output that vLLM handed over: an engine may be a step ahead of an abort.
    """

    def __init__(self, engine: AsyncLLM) -> None:
        """Use an engine."""
        self._engine = engine

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> RunningDraw:
        """Begin to decode `n` samples; see `Sampler.draw`.

        Raises:
            SamplerError: the model's chat template does not take the prompt.
        """
        tokens = token_ids(self._engine.get_tokenizer(), prompt, continuing)
        return draw_streams(n, lambda index: self._pieces(tokens, sampling, index))

    async def _pieces(self, tokens: list[int], sampling: Sampling, index: int) -> AsyncGenerator[Piece, None]:
        from vllm.inputs import tokens_input

        request_id = f"verifierd-{uuid.uuid4().hex}"
        completion_tokens = 0
        try:
            # Cancelling or closing this generator aborts the request: `AsyncLLM.generate` does so itself.
            async for output in self._engine.generate(
                tokens_input(tokens), sampling_params(sampling, index), request_id
            ):
                piece = piece_of(output, completion_tokens)
                completion_tokens = piece.completion_tokens
                yield piece
        except Exception as error:  # vLLM's names for them differ by release; cancelling is none of them
            raise SamplerError(explained(error)) from error


def sampling_params(sampling: Sampling, index: int) -> SamplingParams:
    """Return vLLM's form of `sampling` for one sample, with outputs that hold what is new."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        max_tokens=sampling.max_tokens,
        stop=list(sampling.stop),
        seed=sampling.seed_of(index),
        output_kind=RequestOutputKind.DELTA,
    )


def piece_of(output: RequestOutput, completion_tokens_before: int) -> Piece:
    """Return what an output of a request adds to its sample; what the prefix cache held was not read."""
    (completion,) = output.outputs
    return Piece(
        completion.text,
        completion_tokens_before + len(completion.token_ids),
        len(output.prompt_token_ids or ()) - (output.num_cached_tokens or 0),
        _finish_reason(completion.finish_reason),
    )


def _finish_reason(said: str | None) -> FinishReason | None:
    return None if said is None else _FINISH_REASONS.get(said, FinishReason.ABORTED)


def explained(error: Exception) -> str:
    """Return what to do about an error of the engine."""
    return f"vLLM failed to decode: {error}: change what it names; if the engine died, its log says why"
