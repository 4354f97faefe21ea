"""The sampler of SGLang over an engine that answers in its published form: the real one needs a GPU.

That the names are those of the real one is held by tests/integration/frameworks/test_published_signatures.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from verifierd_client.sampling import FinishReason, Sample, SamplerError, Sampling
from verifierd_client.sampling.sglang import SGLangSampler

pytestmark = pytest.mark.anyio

WORDS = ["def ", "f(): ", "pass"]


class Tokenizer:
    """Each letter is a token."""

    def __call__(self, text: str, *, add_special_tokens: bool) -> dict[str, list[int]]:
        return {"input_ids": [0] * add_special_tokens + [ord(letter) for letter in text]}

    def apply_chat_template(self, messages: list[dict[str, str]], **_: object) -> str:
        return "".join(f"<{each['role']}>{each['content']}" for each in messages) + "<assistant>"


@dataclass
class Engine:
    """Says `WORDS`, a token each; `end` is the last output's finish reason, None: it never ends."""

    end: dict[str, Any] | None
    incremental: bool = False
    aborted: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def tokenizer_manager(self) -> Any:
        return SimpleNamespace(
            tokenizer=Tokenizer(),
            incremental_streaming_output=self.incremental,
            abort_request=self.aborted.append,
        )

    async def async_generate(self, **asked: Any) -> AsyncIterator[dict[str, Any]]:
        self.asked.append(asked)
        if asked["sampling_params"]["max_new_tokens"] > 4096:
            raise ValueError("the context has 4096 tokens")
        return self._outputs(len(asked["input_ids"]))

    async def _outputs(self, prompt_tokens: int) -> AsyncIterator[dict[str, Any]]:
        for tokens in range(1, len(WORDS) + 1):
            about = {"prompt_tokens": prompt_tokens, "cached_tokens": 2, "completion_tokens": tokens}
            last = self.end is not None and tokens == len(WORDS)
            text = WORDS[tokens - 1] if self.incremental else "".join(WORDS[:tokens])
            yield {"text": text, "meta_info": about | {"finish_reason": self.end if last else None}}
        if self.end is None:
            await asyncio.sleep(3600)


async def drawn(engine: Engine, sampling: Sampling | None = None) -> list[Sample]:
    async with SGLangSampler(engine).draw("ab", 2, sampling or Sampling()) as draw:
        return sorted([sample async for sample in draw], key=lambda sample: sample.index)


@pytest.mark.parametrize("incremental", [False, True])
async def test_samples_have_their_text_once_and_the_engines_counts(incremental: bool) -> None:
    whole = Sample(0, "def f(): pass", 1, 3, FinishReason.STOP)
    samples = await drawn(Engine({"type": "stop"}, incremental))
    assert samples[0] == whole
    assert samples[1].text == whole.text


async def test_a_request_says_what_was_asked_for() -> None:
    engine = Engine({"type": "length"})
    samples = await drawn(engine, Sampling(0.5, 0.9, 7, ("\n",), seed=3))
    assert {each.finish_reason for each in samples} == {FinishReason.LENGTH}
    first, second = (each["sampling_params"] for each in engine.asked)
    assert first == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_new_tokens": 7,
        "stop": ["\n"],
        "sampling_seed": 3,
    }
    assert second["sampling_seed"] == 4
    assert engine.asked[0]["input_ids"] == [0, ord("a"), ord("b")]


async def test_an_abort_names_its_own_request_to_the_engine() -> None:
    engine = Engine(None)
    async with SGLangSampler(engine).draw("ab", 2, Sampling()) as draw:
        while draw.completion_tokens < 6:  # noqa: ASYNC110 - it is what we test
            await asyncio.sleep(0)
        draw.abort([1])
        sample = await anext(draw)
        assert sample == Sample(1, "def f(): pass", 1, 3, FinishReason.ABORTED)
        assert engine.aborted == [engine.asked[1]["rid"]]
    assert set(engine.aborted) == {each["rid"] for each in engine.asked}


async def test_an_abort_by_the_engine_itself_is_no_whole_sample() -> None:
    assert not any(each.is_whole for each in await drawn(Engine({"type": "abort"})))


@pytest.mark.parametrize(
    ("end", "sampling", "says"),
    [
        ({"type": "abort", "status_code": 503, "message": "out of memory"}, Sampling(), "out of memory"),
        ({"type": "stop"}, Sampling(max_tokens=5000), "the context has 4096 tokens"),
    ],
)
async def test_what_the_engine_refuses_or_fails_at_is_the_samplers_error(
    end: dict[str, Any], sampling: Sampling, says: str
) -> None:
    with pytest.raises(SamplerError, match=says):
        await drawn(Engine(end), sampling)


async def test_a_chat_is_read_by_the_tokenizers_template_and_goes_on_after_it() -> None:
    engine = Engine({"type": "stop"})
    chat = [{"role": "user", "content": "hi"}]
    async with SGLangSampler(engine).draw(chat, 1, Sampling(), "def") as draw:
        await anext(draw)
    assert "".join(map(chr, engine.asked[0]["input_ids"])) == "<user>hi<assistant>def"
