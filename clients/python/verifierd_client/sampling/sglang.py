"""Samples of an SGLang engine in this process: one request a sample, each to be aborted alone."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from verifierd_client.sampling._prompts import token_ids
from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.sampling.sampler import FinishReason, Prompt, SamplerError, Sampling
from verifierd_client.sampling.streams import draw_streams

if TYPE_CHECKING:
    from sglang import Engine

_FINISH_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH, "abort": FinishReason.ABORTED}
_FIRST_ERROR_STATUS = 400


class SGLangSampler:
    """Draws from a `sglang.Engine`, which stays the caller's to shut down and serves one event loop.

    Each sample is a request of its own; SGLang's radix cache reads their prompt once. A server of SGLang's in
    another process speaks OpenAI's API: use `OpenAISampler` for it.
    """

    def __init__(self, engine: Engine) -> None:
        """Use an engine."""
        self._engine = engine

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> RunningDraw:
        """Begin to decode `n` samples; see `Sampler.draw`.

        Raises:
            SamplerError: the model's chat template does not take the prompt.
        """
        tokens = token_ids(self._engine.tokenizer_manager.tokenizer, prompt, continuing)
        return draw_streams(n, lambda index: self._pieces(tokens, sampling, index))

    async def _pieces(self, tokens: list[int], sampling: Sampling, index: int) -> AsyncGenerator[Piece, None]:
        manager = self._engine.tokenizer_manager
        request_id = f"verifierd-{uuid.uuid4().hex}"
        said = 0
        try:
            outputs = await self._engine.async_generate(
                input_ids=tokens,
                sampling_params=_sampling_params(sampling, index),
                stream=True,
                rid=request_id,
            )
            async with aclosing(outputs) as stream:
                async for output in stream:
                    _raise_failed(output["meta_info"]["finish_reason"])
                    # An output holds all of the text so far, unless the engine was told to send what is new.
                    new = output["text"] if manager.incremental_streaming_output else output["text"][said:]
                    said += len(new)
                    yield _piece_of(output["meta_info"], new)
        except ValueError as error:
            raise SamplerError(f"SGLang refused to decode: {error}: change what it names") from error
        finally:
            # Harmless for one that has ended. Closing the stream does it too, in newer versions.
            manager.abort_request(request_id)


def _sampling_params(sampling: Sampling, index: int) -> dict[str, Any]:
    params: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_new_tokens": sampling.max_tokens,
        "stop": list(sampling.stop),
    }
    if (seed := sampling.seed_of(index)) is not None:
        params["sampling_seed"] = seed
    return params


def _raise_failed(finish_reason: dict[str, Any] | None) -> None:
    """Raise what a stream says by its finish reason: an abort with a status is the engine's own failure."""
    if finish_reason is not None and (finish_reason.get("status_code") or 0) >= _FIRST_ERROR_STATUS:
        raise SamplerError(f"SGLang failed to decode: {finish_reason.get('message')}: its log says more")


def _piece_of(about: dict[str, Any], text: str) -> Piece:
    """Return what an output adds to its sample; what the radix cache held was not read."""
    reason = about["finish_reason"]
    return Piece(
        text,
        about["completion_tokens"],
        about["prompt_tokens"] - about.get("cached_tokens", 0),
        None if reason is None else _FINISH_REASONS.get(reason["type"], FinishReason.ABORTED),
    )
