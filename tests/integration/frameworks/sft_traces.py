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

from datasets import Dataset, load_dataset
from tiny_model import END, llama, of_bytes
from trl import SFTConfig, SFTTrainer

SEED = 1
UNTRAINED = -100
CHAT_TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}" + END + "{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def loaded(file: Path, folder: Path) -> Dataset:
    """Return the rows of a file as `datasets` reads them."""
    form = "parquet" if file.suffix == ".parquet" else "json"
    return load_dataset(form, data_files=str(file), split="train", cache_dir=str(folder / "cache"))


def step_on(file: Path, folder: Path) -> dict[str, Any]:
    """Take one step on a file, and return what is to be known of it."""
    rows, vocabulary = loaded(file, folder), of_bytes(pad="<pad>")
    vocabulary.chat_template = CHAT_TEMPLATE
    trainer = SFTTrainer(
        model=llama(vocabulary, context_tokens=1024, seed=SEED),
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
