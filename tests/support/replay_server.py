"""A server of OpenAI's API that replays recorded samples with the timing of a model, and counts what it sent.

Both endpoints stream; errors and usage have the forms that vLLM gives them. Needs starlette and uvicorn.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.recording import CHARACTERS_PER_TOKEN, TOKEN_S, Recording, cut, text_of, tokens_of
from verifierd_client.sampling import SamplerError, Sampling

MODEL = "replayed"


@dataclass
class ReplayServer:
    """The server's state, which a test may look at and change.

    Attributes:
        recording: what it replays.
        token_s: how long a token takes.
        refuse: statuses with which the next requests are refused, in that order.
        break_off_after: tokens after which a stream is cut; None: never.
        requests: bodies of the requests that it took.
        whole, aborted: streams that ended by themselves, and that the client closed before.
        tokens_sent: over all streams.
    """

    recording: Recording
    token_s: float = TOKEN_S
    refuse: list[int] = field(default_factory=list)
    break_off_after: int | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    whole: int = 0
    aborted: int = 0
    tokens_sent: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Listen on a free port of this host; yield the base URL for a client."""
        paths = ("/v1/completions", "/v1/chat/completions")
        app = Starlette(routes=[Route(path, self._answer, methods=["POST"]) for path in paths])
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)
        try:
            (listener,) = server.servers[0].sockets
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            await task

    async def _answer(self, request: Request) -> Response:
        body = await request.json()
        if self.refuse:
            return _refusal(self.refuse.pop(0), "refused, as the test asked for")
        if body["model"] != MODEL:
            return _refusal(404, f"The model `{body['model']}` does not exist.")
        prompt, continuing, max_tokens = _asked(body)
        sampling = Sampling(max_tokens=max_tokens, stop=tuple(body.get("stop", ())))
        try:
            text, reason = cut(self.recording.next_of(prompt, continuing), sampling)
        except SamplerError as error:
            return _refusal(400, str(error))
        self.requests.append(body)
        prompt_tokens = tokens_of(text_of(prompt) + continuing)
        events = self._events(body, text, reason.value, prompt_tokens)
        return StreamingResponse(events, media_type="text/event-stream")

    async def _events(
        self, body: dict[str, Any], text: str, reason: str, prompt_tokens: int
    ) -> AsyncIterator[str]:
        """Yield the events of one stream. It is cancelled when the client closes the connection."""
        options = body.get("stream_options", {})
        write = _chat_choice if "messages" in body else _text_choice
        tokens = tokens_of(text)
        ended = False
        try:
            for sent in range(1, tokens + 1):
                await asyncio.sleep(self.token_s)
                if sent - 1 == self.break_off_after:
                    raise ConnectionError("cut off, as the test asked for")
                piece = text[(sent - 1) * CHARACTERS_PER_TOKEN : sent * CHARACTERS_PER_TOKEN]
                self.tokens_sent += 1
                usage = _usage(prompt_tokens, sent) if options.get("continuous_usage_stats") else None
                yield _event([write(piece, reason if sent == tokens else None)], usage)
            if not tokens:
                yield _event([write("", reason)], None)
            if options.get("include_usage"):
                yield _event([], _usage(prompt_tokens, tokens))
            yield "data: [DONE]\n\n"
            ended = True
        finally:
            self.whole += ended
            self.aborted += not ended


def _asked(body: dict[str, Any]) -> tuple[str | list[dict[str, str]], str, int]:
    """Return a request's prompt, what its answer begins with, and how many tokens it may have."""
    if "messages" not in body:
        return body["prompt"], "", body["max_tokens"]
    messages = body["messages"]
    if body.get("continue_final_message"):
        return messages[:-1], messages[-1]["content"], body["max_completion_tokens"]
    return messages, "", body["max_completion_tokens"]


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "replay", "code": status}}, status)


def _event(choices: list[dict[str, Any]], usage: dict[str, int] | None) -> str:
    chunk = {"id": "replay-1", "created": 0, "model": MODEL, "choices": choices, "usage": usage}
    return f"data: {json.dumps(chunk)}\n\n"


def _text_choice(text: str, reason: str | None) -> dict[str, Any]:
    return {"index": 0, "text": text, "finish_reason": reason}


def _chat_choice(text: str, reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": {"content": text}, "finish_reason": reason}


def _usage(prompt_tokens: int, completion_tokens: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
