"""What the samplers of vLLM and SGLang call is there, under these names, in the source that was published.

It downloads wheels of 375 MB, so it runs where everything is asked for. That the calls do what they should is
shown on a real engine by `vllm_engines.py`. Nothing here can run SGLang.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

import pytest

from tests.integration.frameworks.environment import REPOSITORY, Unreachable
from tests.integration.frameworks.published import Source, keywords_of, wheel
from tests.support.once import EVERYWHERE

SAMPLING = REPOSITORY / "clients" / "python" / "verifierd_client" / "sampling"

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get(EVERYWHERE), reason=f"downloads 375 MB of wheels: {EVERYWHERE}=1 runs it"
    ),
    pytest.mark.timeout(700),
]


def opened(requirement: str) -> Source:
    try:
        return Source(wheel(requirement))
    except Unreachable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def vllm() -> Iterator[Source]:
    source = opened("vllm==0.33.0")
    yield source
    source.close()


@pytest.fixture(scope="module")
def sglang() -> Iterator[Source]:
    source = opened("sglang==0.5.23")
    yield source
    source.close()


ASYNC_LLM = "vllm/v1/engine/async_llm.py"
LLM_ENGINE = "vllm/v1/engine/llm_engine.py"


def test_vllm_takes_a_request_as_the_sampler_makes_it(vllm: Source) -> None:
    ours = keywords_of(SAMPLING / "vllm.py", "SamplingParams")
    assert ours == {"temperature", "top_p", "max_tokens", "stop", "seed", "output_kind"}
    assert ours <= vllm.fields("vllm/sampling_params.py", "SamplingParams")
    assert "DELTA" in vllm.fields("vllm/sampling_params.py", "RequestOutputKind")
    assert vllm.parameters("vllm/inputs/engine.py", "tokens_input")[0] == "prompt_token_ids"
    assert vllm.parameters(ASYNC_LLM, "AsyncLLM.generate")[:3] == ["prompt", "sampling_params", "request_id"]
    assert vllm.parameters(LLM_ENGINE, "LLMEngine.add_request")[:3] == ["request_id", "prompt", "params"]


def test_vllm_frees_a_request_whose_stream_is_closed_or_whose_task_is_cancelled(vllm: Source) -> None:
    generate = vllm.definition(ASYNC_LLM, "AsyncLLM.generate")
    handlers = [each for each in ast.walk(generate) if isinstance(each, ast.ExceptHandler)]
    closing = next(each for each in handlers if "GeneratorExit" in ast.unparse(each.type or each))
    assert "CancelledError" in ast.unparse(closing.type or closing)
    assert "await self.abort(" in ast.unparse(closing)


def test_vllm_says_what_the_sampler_reads(vllm: Source) -> None:
    request = vllm.parameters("vllm/outputs.py", "RequestOutput.__init__")
    assert {"request_id", "prompt_token_ids", "outputs", "finished", "num_cached_tokens"} <= set(request)
    assert {"text", "token_ids", "finish_reason"} <= vllm.fields("vllm/outputs.py", "CompletionOutput")
    said = ast.unparse(vllm.module("vllm/v1/engine/__init__.py"))
    assert "FINISH_REASON_STRINGS = ('stop', 'length', 'abort'" in said


def test_vllms_offline_engine_can_be_stepped_and_aborted(vllm: Source) -> None:
    assert "llm_engine" in vllm.attributes("vllm/entrypoints/llm.py", "LLM")
    assert vllm.parameters("vllm/entrypoints/llm.py", "LLM.get_tokenizer") == []
    assert vllm.parameters(ASYNC_LLM, "AsyncLLM.get_tokenizer") == []
    assert vllm.parameters(LLM_ENGINE, "LLMEngine.step") == []
    assert vllm.parameters(LLM_ENGINE, "LLMEngine.abort_request")[0] == "request_ids"


MANAGER = "sglang/srt/managers/tokenizer_manager.py"


def test_sglang_takes_a_request_as_the_sampler_makes_it(sglang: Source) -> None:
    ours = keywords_of(SAMPLING / "sglang.py", "async_generate")
    assert ours == {"input_ids", "sampling_params", "stream", "rid"}
    assert ours <= set(sglang.parameters("sglang/srt/entrypoints/engine.py", "Engine.async_generate"))
    params = {"temperature", "top_p", "max_new_tokens", "stop", "sampling_seed"}
    assert all(f'"{each}"' in (SAMPLING / "sglang.py").read_text("utf-8") for each in params)
    assert params <= sglang.fields("sglang/srt/sampling/sampling_params.py", "SamplingParams")


def test_sglang_says_what_the_sampler_reads_and_aborts_by_the_requests_name(sglang: Source) -> None:
    assert "tokenizer_manager" in sglang.attributes("sglang/srt/entrypoints/engine.py", "Engine")
    assert "rid" in sglang.parameters(MANAGER, "TokenizerManager.abort_request")
    assert {"tokenizer", "incremental_streaming_output"} <= sglang.attributes(MANAGER, "TokenizerManager")
    written = {each.value for each in ast.walk(sglang.module(MANAGER)) if isinstance(each, ast.Constant)}
    assert {"meta_info", "finish_reason", "prompt_tokens", "completion_tokens", "cached_tokens"} <= written
