"""A prompt as the tokens that a local engine reads, by the chat template of its own tokenizer."""

from __future__ import annotations

from typing import Any, cast

from verifierd_client.sampling.sampler import Prompt, SamplerError


def token_ids(tokenizer: Any, prompt: Prompt, continuing: str) -> list[int]:
    """Return the prompt's tokens, with the beginning of the answer after them.

    `tokenizer` is one of transformers (`PreTrainedTokenizerBase`). A text is read as it is, with the special
    tokens that the tokenizer begins a text with; a chat by the tokenizer's template, which writes its own.

    Raises:
        SamplerError: a chat for a tokenizer that has no chat template, or for whose template it is no chat.
    """
    if isinstance(prompt, str):
        return _ids(tokenizer, prompt + continuing, add_special_tokens=True)
    try:
        text = tokenizer.apply_chat_template(
            [dict(message) for message in prompt], tokenize=False, add_generation_prompt=True
        )
    except Exception as error:  # templates are programs, and raise what they like
        raise SamplerError(
            f"the tokenizer's chat template did not take the prompt ({error}): give a text instead of "
            "messages, or a tokenizer with a template for them"
        ) from error
    return _ids(tokenizer, cast(str, text) + continuing, add_special_tokens=False)


def _ids(tokenizer: Any, text: str, *, add_special_tokens: bool) -> list[int]:
    return cast("list[int]", tokenizer(text, add_special_tokens=add_special_tokens)["input_ids"])
