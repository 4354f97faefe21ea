"""Published programs in many languages as samples that `verifierd eval` reads, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.prove.service import verifierd

EVAL_LIMIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One sample's line of the results."""

    task_id: str
    passed: bool
    verdict: str
    detail: str

    @property
    def told(self) -> str:
        """The task and why it failed, in a line."""
        return f"{self.task_id}: {self.verdict}: {' '.join(self.detail.split())[:160]}"


def evaluate(
    form: str, problems: Path, samples: Iterable[dict[str, Any]], folder: Path, *options: str
) -> list[Judged]:
    """Judge samples of a published file by `verifierd eval`, in their order. Raises CommandFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    given, results = folder / "samples.jsonl", folder / "results.jsonl"
    given.write_text("".join(json.dumps(sample) + "\n" for sample in samples), "utf-8")
    results.unlink(missing_ok=True)
    verifierd(
        *("eval", "--format", form, "--problems", str(problems), "--samples", str(given)),
        *("--out", str(results), *options),
        limit_s=EVAL_LIMIT_S,
    )
    lines = (json.loads(line) for line in results.read_text("utf-8").splitlines())
    return [
        Judged(line["task_id"], bool(line["passed"]), str(line["verdict"]), str(line["detail"]))
        for line in lines
    ]


def as_mbpp(record: dict[str, Any]) -> dict[str, Any]:
    """A problem of CodeT's copy of MBPP sanitized, in the form that the set itself is published in.

    CodeT put the description into the function, and the assertions into a `check(candidate)`.
    """
    said = [line.strip() for line in record["test"].splitlines()[1:] if line.strip()]
    imports = [line for line in said if line.startswith("import ")]
    return {
        "task_id": int(record["task_id"].partition("/")[2]),
        "prompt": "",
        "code": record["prompt"].partition("    '''")[0] + record["canonical_solution"],
        "test_imports": imports,
        "test_list": [line for line in said if line not in imports],
    }
