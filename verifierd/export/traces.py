"""One exported sample as a row: prompt and completion, and all that is known of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from verifierd.datasets.records import InputError
from verifierd.datasets.samples import Samples
from verifierd.datasets.task import Task
from verifierd.export.choosing import Choice, Pick
from verifierd.export.completions import Completions
from verifierd.export.prompts import Prompt, prompt_of
from verifierd.export.styles import STYLES

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Making:
    """What all rows of an export have in common.

    Attributes:
        style: a name of `STYLES`.
        prompts: given by the caller, by task.
        completions: what is taken for a completion.
        dataset: the form of the set, such as `humaneval`.
        verifierd_version: of the program that exports.
        exported_at: ISO 8601, with the offset from UTC.
    """

    style: str
    prompts: Mapping[str, Prompt]
    completions: Completions
    dataset: str
    verifierd_version: str
    exported_at: str


def rows_of(choice: Choice, samples: Samples, making: Making) -> Iterator[Row]:
    """Yield a row for each pick of a task, in the order of choice; `files` has the types of its columns.

    Raises:
        InputError: a sample has no prompt or completion, or the style cannot hold its prompt.
    """
    judged = choice.sampled.judged
    correct = len(choice.sampled.accepted)
    problem = {"samples": len(judged), "correct": correct, "pass_rate": correct / len(judged)}
    for pick in choice.picks:
        yield _texts(choice, pick, samples, making) | {
            "task_id": pick.sample.result.task_id,
            "sample_index": pick.sample.result.sample_index,
            "language": pick.sample.result.language,
            "verdict": pick.sample.result.verdict.value,
            "tests_passed": pick.sample.result.tests_passed,
            "tests_total": pick.sample.result.tests_total,
            "cluster": {"id": pick.sample.result.cluster, "samples": pick.cluster_samples},
            "problem": problem,
            "suite": _suite(choice),
            "provenance": _provenance(pick, samples, making),
        }


def _texts(choice: Choice, pick: Pick, samples: Samples, making: Making) -> Row:
    task, number = choice.sampled.task, pick.sample.number
    result, fields = pick.sample.result, samples.fields(pick.sample.number)
    prompt = prompt_of(task, result.sample_index, fields, making.prompts)
    completion = making.completions.of(task, result, fields, samples.program(number))
    style = STYLES[making.style]
    if style.is_text and not isinstance(prompt, str):
        raise _unfit(task, making, f"the prompt of task {task.task_id!r} is a conversation")
    if style.is_text and _begins_a_program(task, prompt) and not making.completions.goes_on(fields):
        rest = completion.removeprefix(task.prompt or "")
        if rest == completion:
            whole = f"sample {result.sample_index} of task {task.task_id!r} is a whole program"
            raise _unfit(task, making, f"{whole}, which does not go on from the set's prompt")
        completion = rest
    return style.columns(prompt, completion)


def _begins_a_program(task: Task, prompt: Prompt) -> bool:
    """Say whether a prompt is the set's own, and completions of the set go on from it."""
    return isinstance(prompt, str) and prompt == task.prompt and prompt in task.complete("")


def _unfit(task: Task, making: Making, what: str) -> InputError:
    advice = f"{making.style!r} has text that goes on from text; give --out-style chat or messages"
    return InputError(task.place, None, f"{what}; {advice}")


def _suite(choice: Choice) -> Row:
    checker = choice.sampled.task.problem.checker
    rate, ceiling = choice.strength.false_positive_rate, choice.strength.accuracy_ceiling
    return {
        "sha256": choice.sampled.suite_sha256,
        "checker": None if checker is None else checker.name,
        "tests": choice.strength.tests,
        "false_positive_rate": None if rate is None else asdict(rate),
        "accuracy_ceiling": None if ceiling is None else asdict(ceiling),
    }


def _provenance(pick: Pick, samples: Samples, making: Making) -> Row:
    fields = making.completions.other_fields(samples.fields(pick.sample.number))
    return {
        "dataset": making.dataset,
        "program_sha256": pick.sample.result.program_sha256,
        "sample_fields": json.dumps(fields),
        "verifierd_version": making.verifierd_version,
        "exported_at": making.exported_at,
    }
