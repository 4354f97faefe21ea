"""Language models made on the spot: random weights, a tokenizer of bytes, a chat template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

END = "<|end|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def make(folder: Path, *, context_tokens: int = 512) -> Path:
    """Write a random Llama and its tokenizer (each byte, and the end) as transformers keeps them.

    It ends a text by chance: about one token in 257 is the end.
    """
    tokenizer = of_bytes(pad=END)
    llama(
        tokenizer, context_tokens=context_tokens, hidden_size=128, layers=2, seed=0, tie_word_embeddings=True
    ).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def llama(
    tokenizer: Any,
    *,
    context_tokens: int,
    hidden_size: int = 16,
    layers: int = 1,
    seed: int = 1,
    **further: Any,
) -> Any:
    """Return a Llama with random parameters that knows the words of a tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=hidden_size,
            intermediate_size=2 * hidden_size,
            num_hidden_layers=layers,
            num_attention_heads=2,
            num_key_value_heads=2,
            max_position_embeddings=context_tokens,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            bos_token_id=None,
            **further,
        )
    )


def of_bytes(*, pad: str) -> Any:
    """Return a tokenizer whose words are bytes, the end and, where it is another word, what pads."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    plain = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(alphabet)}, merges=[]))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    plain.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain, eos_token=END, pad_token=pad, chat_template=CHAT_TEMPLATE
    )
