"""Eurus-2-RL-Data (PRIME-RL): prompts, and pairs in `reward_model.ground_truth`; rows are named by number."""

from __future__ import annotations

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.embedded import embedded
from verifierd.datasets.evaluators import PRIME, unjudgeable
from verifierd.datasets.pairs import Pairs, read_pairs
from verifierd.datasets.prompts import last_of_the_user
from verifierd.datasets.records import Record, is_unicode, type_name
from verifierd.datasets.task import Rule, Task

KEY = "reward_model"


def _task(record: Record, rule: Rule) -> Task:
    ability = record.text("ability")
    if ability == "math":
        return _answer(record, str(record.index))
    if ability != "code":
        return unjudgeable(
            record, str(record.index), f"its ability is {ability[:80]!r}, neither 'code' nor 'math'"
        )
    prompt = record.value("prompt")
    turns = prompt if isinstance(prompt, list) else []
    texts = [
        turn["content"] for turn in turns if isinstance(turn, dict) and isinstance(turn.get("content"), str)
    ]
    return PRIME.task(record, rule, str(record.index), _pairs(record), "\n".join(texts))


def _answer(record: Record, task_id: str) -> Task:
    """Return the task of a problem of mathematics, whose samples are answers or whole responses."""
    problem = client.Problem(task_id, [client.AnswerTest(_truth(record))])
    return Task(task_id, record.place, problem, "text")


def _pairs(record: Record) -> Pairs:
    """Return the pairs; calls have one JSON value a line as arguments, and a JSON text as output."""
    pairs = read_pairs(record, KEY, embedded(record, KEY, _truth(record)))
    return pairs.of_json_lines() if pairs.function else pairs


def _truth(record: Record) -> str:
    reward = record.value(KEY)
    truth = reward.get("ground_truth") if isinstance(reward, dict) else None
    if not isinstance(truth, str) or not is_unicode(truth):
        raise record.error(f"field {KEY!r} must hold ground_truth as text, and holds {type_name(truth)}")
    return truth


EURUS = Adapter(
    "eurus", "Eurus-2: reward_model; rows are tasks 0, 1 and so on", _task, prompt=last_of_the_user("prompt")
)
