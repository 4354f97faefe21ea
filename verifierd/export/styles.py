"""How prompt and completion are put into columns, as TRL's trainers read them.

The forms are those of "Dataset formats and types" in TRL's documentation; `SFTTrainer` tells them by the
names of the columns (trl/trainer/sft_trainer.py, release 1.16.0):

- `prompt-completion`: both are text, one going on from the other. The loss is that of the completion alone.
- `chat`: both are lists of turns, for a model with a chat template. The loss is that of the completion alone.
- `messages`: one list of turns. The loss is that of all turns, unless `assistant_only_loss=True`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from verifierd.export.prompts import Message, Prompt

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Style:
    """One of them: the columns of a prompt and a completion; `is_text` where a prompt must be text."""

    columns: Callable[[Prompt, str], Columns]
    is_text: bool = False


def _prompt_completion(prompt: Prompt, completion: str) -> Columns:
    return {"prompt": prompt, "completion": completion}


def _chat(prompt: Prompt, completion: str) -> Columns:
    return {"prompt": _turns(prompt), "completion": [_turn("assistant", completion)]}


def _messages(prompt: Prompt, completion: str) -> Columns:
    return {"messages": [*_turns(prompt), _turn("assistant", completion)]}


def _turns(prompt: Prompt) -> list[Message]:
    return [_turn("user", prompt)] if isinstance(prompt, str) else prompt


def _turn(role: str, content: str) -> Message:
    return {"role": role, "content": content}


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        "prompt-completion": Style(_prompt_completion, is_text=True),
        "chat": Style(_chat),
        "messages": Style(_messages),
    }
)
