"""Runs in the set `trl`: exported traces loaded by `datasets`, one step of SFTTrainer on each file.

    python sft_traces.py FOLDER FILE...

The last line of standard output says, by the name of each file: its rows and columns as they were loaded, the
texts that the loss is of, the loss, and how far the parameters moved.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, load_dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer

SEED = 1
UNTRAINED = -100
END, PAD = "<end>", "<pad>"
CHAT_TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}<end>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """Return one whose words are bytes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(alphabet)}, merges=[]))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token=END, pad_token=PAD, chat_template=CHAT_TEMPLATE
    )


def model(vocabulary: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Return a Llama of one layer with random parameters."""
    torch.manual_seed(SEED)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            max_position_embeddings=1024,
            pad_token_id=vocabulary.pad_token_id,
            eos_token_id=vocabulary.eos_token_id,
            bos_token_id=None,
        )
    )


def loaded(file: Path, folder: Path) -> Dataset:
    """Return the rows of a file as `datasets` reads them."""
    form = "parquet" if file.suffix == ".parquet" else "json"
    return load_dataset(form, data_files=str(file), split="train", cache_dir=str(folder / "cache"))


def step_on(file: Path, folder: Path) -> dict[str, Any]:
    """Take one step on a file, and return what is to be known of it."""
    rows, vocabulary = loaded(file, folder), tokenizer()
    trainer = SFTTrainer(
        model=model(vocabulary),
        processing_class=vocabulary,
        train_dataset=rows,
        args=SFTConfig(
            output_dir=str(folder),
            max_steps=1,
            per_device_train_batch_size=len(rows),
            max_length=None,
            learning_rate=0.1,
            lr_scheduler_type="constant",
            use_cpu=True,
            bf16=False,
            gradient_checkpointing=False,
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            seed=SEED,
            dataloader_pin_memory=False,
        ),
    )
    before = [each.detach().clone() for each in trainer.model.parameters()]
    labels = next(iter(trainer.get_train_dataloader()))["labels"]
    trained = [[token for token in row.tolist() if token != UNTRAINED] for row in labels]
    loss = trainer.train().training_loss
    pairs = zip(before, trainer.model.parameters(), strict=True)
    return {
        "rows": len(rows),
        "columns": rows.column_names,
        "trained": sorted(vocabulary.decode(tokens) for tokens in trained),
        "loss": loss,
        "moved": max((now.detach() - old).abs().max().item() for old, now in pairs),
    }


if __name__ == "__main__":
    scratch, *files = map(Path, sys.argv[1:])
    sys.stdout.write("\n" + json.dumps({file.name: step_on(file, scratch) for file in files}) + "\n")
