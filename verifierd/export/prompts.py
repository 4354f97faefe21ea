"""The prompt of an exported sample: text, or the turns of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verifierd.datasets.records import InputError, Record, is_unicode, read_records, type_name
from verifierd.datasets.task import Task

Message = dict[str, str]
Prompt = str | list[Message]
ROLES = ("system", "developer", "user", "assistant", "tool")
KEY = "prompt"


def read_prompts(file: Path) -> dict[str, Prompt]:
    """Return the prompts of a file by the ids of their tasks: records with `task_id` and `prompt`.

    Raises:
        InputError: the file cannot be read or holds none, a task occurs twice, or a prompt is neither text
            nor turns.
    """
    prompts: dict[str, Prompt] = {}
    for record in read_records(file):
        task_id = record.id("task_id")
        if task_id in prompts:
            raise record.error(f"task_id {task_id!r} occurs twice")
        prompt = record.value(KEY)
        if fault := _fault(prompt):
            raise record.error(fault)
        prompts[task_id] = prompt
    if not prompts:
        raise Record(file, 1, {}).error("there is no prompt in this file")
    return prompts


def prompt_of(task: Task, index: int, fields: Mapping[str, Any], given: Mapping[str, Prompt]) -> Prompt:
    """Return what a sample was drawn for: the given prompt of its task, its own, or the set's.

    Args:
        task: the sample's.
        index: of the sample within it.
        fields: of the sample, whose `prompt` is its own.
        given: prompts by task, which go before all others.

    Raises:
        InputError: there is none, or the sample's own is neither text nor turns.
    """
    if task.task_id in given:
        return given[task.task_id]
    if fields.get(KEY) is not None:
        prompt: Prompt = fields[KEY]
        if fault := _fault(prompt):
            raise InputError(task.place, None, f"sample {index} of task {task.task_id!r}: {fault}")
        return prompt
    if task.prompt is not None:
        return task.prompt
    raise InputError(
        task.place,
        None,
        f"task {task.task_id!r} has no prompt: the set publishes none, and its sample {index} has none; "
        'give --prompts, a file of lines such as {"task_id": "…", "prompt": "…"}',
    )


def _fault(prompt: object) -> str:
    """Return what is wrong with a prompt; nothing where it is one."""
    if isinstance(prompt, str):
        if not prompt.strip():
            return f"field {KEY!r} is empty"
        return "" if is_unicode(prompt) else f"field {KEY!r} holds a lone surrogate, which is no Unicode text"
    if not isinstance(prompt, list) or not prompt:
        return f"field {KEY!r} must be text or a list of turns, and is {_shown(prompt)}"
    for place, turn in enumerate(prompt):
        is_turn = isinstance(turn, dict) and set(turn) == {"role", "content"}
        if not is_turn or turn["role"] not in ROLES:
            return f"field {KEY!r}: turn {place} must have a `role` ({', '.join(ROLES)}) and `content` alone"
        if not isinstance(turn["content"], str) or not is_unicode(turn["content"]):
            return f"field {KEY!r}: the `content` of turn {place} must be text"
    return ""


def _shown(prompt: object) -> str:
    return "an empty list" if prompt == [] else type_name(prompt)
