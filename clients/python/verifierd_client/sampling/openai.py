"""Samples of an OpenAI-compatible endpoint, by the package `openai`: one streamed request a sample."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.sampling.sampler import FinishReason, Message, Prompt, SamplerError, Sampling
from verifierd_client.sampling.streams import draw_streams

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream

_FINISH_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}


@dataclass(frozen=True, slots=True)
class _Delta:
    """What one chunk of either endpoint says."""

    text: str
    tokens: int
    finish_reason: str | None
    usage: tuple[int, int] | None


class OpenAISampler:
    """Draws from any server that speaks OpenAI's API: texts by `completions`, messages by `chat.completions`.

    Each sample is a request of its own, so that closing one response frees its slot on the server alone. The
    client itself repeats refused and lost requests (`max_retries`); a stream that has begun is not repeated.

    Token counts are the server's, from the usage that it sends as a stream ends. It sends none for an aborted
    sample: there each chunk counts as one token, which is the least that it can be; the prompt's tokens are
    those that another sample of the draw had (0: none had); and `exact_counts` is False. vLLM and SGLang can
    send usage with each chunk (`usage_in_each_chunk`): then every count is exact.

    An end that is neither `stop` nor `length`, such as a content filter's, is ABORTED: it is not whole.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        extra_body: Mapping[str, object] | None = None,
        usage_in_each_chunk: bool = False,
    ) -> None:
        """Use a client, which stays the caller's to close, and a model by its name there.

        `extra_body` is sent with each request, such as `{"top_k": 20}`. `usage_in_each_chunk` asks for
        `continuous_usage_stats`, which vLLM and SGLang know and OpenAI refuses.
        """
        self._client = client
        self._model = model
        self._extra_body = dict(extra_body or {})
        self._stream_options: dict[str, bool] = {"include_usage": True}
        if usage_in_each_chunk:
            self._stream_options["continuous_usage_stats"] = True

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> RunningDraw:
        """Begin to decode `n` samples; see `Sampler.draw`.

        A text goes on from `prompt + continuing`. In a chat, `continuing` is sent as the beginning of the
        assistant's message with `continue_final_message`, which vLLM and SGLang know and OpenAI refuses.
        """
        drawing = _Drawing(self._client, self._request(prompt, sampling, continuing), sampling)
        return draw_streams(n, drawing.pieces)

    def _request(self, prompt: Prompt, sampling: Sampling, continuing: str) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "stream": True,
            "stream_options": self._stream_options,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
        }
        if sampling.stop:
            request["stop"] = list(sampling.stop)
        extra: dict[str, object] = {}
        if isinstance(prompt, str):
            request |= {"prompt": prompt + continuing, "max_tokens": sampling.max_tokens}
        else:
            messages: list[Message] = [dict(message) for message in prompt]
            if continuing:
                messages.append({"role": "assistant", "content": continuing})
                extra = {"continue_final_message": True, "add_generation_prompt": False}
            request |= {"messages": messages, "max_completion_tokens": sampling.max_tokens}
        return request | {"extra_body": extra | self._extra_body}


class _Drawing:
    """The requests of one draw, which share their prompt."""

    def __init__(self, client: AsyncOpenAI, request: dict[str, Any], sampling: Sampling) -> None:
        self._client = client
        self._request = request
        self._sampling = sampling
        self._prompt_tokens: int | None = None

    async def pieces(self, index: int) -> AsyncGenerator[Piece, None]:
        """Yield what comes of one sample.

        Raises:
            SamplerError: the server refused the request, failed or could not be reached.
        """
        import openai

        completion_tokens = 0
        finish_reason = None
        # From now on the server may decode what nobody will count.
        yield Piece("", 0, exact_counts=False)
        try:
            async with await self._open(index) as stream:
                async for delta in _deltas(stream):
                    completion_tokens += delta.tokens
                    if delta.finish_reason is not None:
                        finish_reason = _FINISH_REASONS.get(delta.finish_reason, FinishReason.ABORTED)
                    if delta.usage is not None:
                        self._prompt_tokens, completion_tokens = delta.usage
                    yield Piece(
                        delta.text,
                        completion_tokens,
                        self._prompt_tokens,
                        finish_reason,
                        exact_counts=delta.usage is not None,
                    )
        except openai.OpenAIError as error:
            raise SamplerError(_explained(error, self._client, self._request["model"])) from error

    async def _open(self, index: int) -> AsyncStream[Any]:
        request = self._request
        if (seed := self._sampling.seed_of(index)) is not None:
            request = request | {"seed": seed}
        of_chat = self._client.chat.completions if "messages" in request else self._client.completions
        return await of_chat.create(**request)


async def _deltas(stream: AsyncIterator[Any]) -> AsyncIterator[_Delta]:
    """Read the chunks of either endpoint; the one with the usage has no choices."""
    async for chunk in stream:
        usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens) if chunk.usage else None
        if not chunk.choices:
            yield _Delta("", 0, None, usage)
            continue
        (choice,) = chunk.choices
        text = choice.text if hasattr(choice, "text") else choice.delta.content
        is_token = bool(text) or _is_thought(choice)
        yield _Delta(text or "", int(is_token), choice.finish_reason, usage)


def _is_thought(choice: Any) -> bool:
    """Say whether a chunk is of a model's reasoning, which vLLM and SGLang send beside the answer."""
    delta = getattr(choice, "delta", None)
    return any(getattr(delta, name, None) for name in ("reasoning_content", "reasoning"))


def _explained(error: Exception, client: AsyncOpenAI, model: str) -> str:
    import openai

    if isinstance(error, openai.APITimeoutError):
        advice = "it did not answer in time: draw fewer at once, or give the client a longer `timeout`"
    elif isinstance(error, openai.APIConnectionError):
        advice = "the connection failed: is the model server running, and is `base_url` right?"
    elif isinstance(error, openai.RateLimitError):
        advice = "it takes no more for now: draw fewer at once, or give the client more `max_retries`"
    elif isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        advice = "it does not accept the client's `api_key` for this"
    elif isinstance(error, openai.NotFoundError):
        advice = "does it serve this model, and this endpoint (completions for texts, chat for messages)?"
    else:
        advice = "no sample was lost to the verifier; the server's own log says more"
    return f"the model server at {client.base_url} failed to decode with {model!r}: {error}: {advice}"
