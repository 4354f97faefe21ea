"""The completion of an exported sample: what the model wrote, as far as it was judged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifierd.datasets.records import InputError, is_unicode
from verifierd.datasets.results import SampleResult
from verifierd.datasets.task import Task
from verifierd.export.programs import language_tag

OWN_KEYS = frozenset({"task_id", "completion", "solution", "language", "prompt"})


@dataclass(frozen=True, slots=True)
class Completions:
    """What is taken for a sample's completion.

    Attributes:
        field: of the sample that holds it, such as a whole response with reasoning; None: what was judged.
        fenced: the whole program in a fenced block, in place of what the model wrote.
    """

    field: str | None = None
    fenced: bool = False

    def of(self, task: Task, result: SampleResult, fields: Mapping[str, Any], program: bytes) -> str:
        """Return the completion of a sample.

        Args:
            task: the sample's.
            result: the sample's.
            fields: all that its file says of it.
            program: the whole program that was judged.

        Raises:
            InputError: the sample has no such field, or no text in it.
        """
        if self.fenced:
            return _fenced(program.decode(), language_tag(result.language))
        if self.field is not None:
            text = fields.get(self.field)
            if not isinstance(text, str) or not text.strip() or not is_unicode(text):
                where = f"sample {result.sample_index} of task {task.task_id!r}"
                raise InputError(task.place, None, f"{where} has no text in its field {self.field!r}")
            return text
        if fields.get("completion") is None:
            return str(fields["solution"])
        completion = str(fields["completion"])
        return task.cut(completion) if result.language == task.language else completion

    def goes_on(self, fields: Mapping[str, Any]) -> bool:
        """Say whether the completion of a sample goes on from its prompt, and is no whole program."""
        return not self.fenced and (self.field is not None or fields.get("completion") is not None)

    def other_fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a sample says beside its task, program, language, prompt and completion."""
        return {key: value for key, value in fields.items() if key not in OWN_KEYS | {self.field}}


def _fenced(program: str, tag: str) -> str:
    """Return a program between fences longer than any in it (CommonMark 0.31, 4.5 Fenced code blocks)."""
    longest = max((len(run) for run in re.findall(r"`+", program)), default=0)
    fence = "`" * max(3, longest + 1)
    end = "" if program.endswith("\n") else "\n"
    return f"{fence}{tag}\n{program}{end}{fence}\n"
