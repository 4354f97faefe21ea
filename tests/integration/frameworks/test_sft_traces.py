"""TRL's SFTTrainer takes exported traces as they are, and learns the completions where there is a prompt."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.running import answer_of
from tests.integration.frameworks.tiny_model import END
from tests.unit.export.scene import WRONG, held, result, sample, sampled
from verifierd.export.choosing import Wanted, choose
from verifierd.export.completions import Completions
from verifierd.export.files import write_rows
from verifierd.export.styles import STYLES
from verifierd.export.traces import Making, rows_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(MAKING_S + 300)]

PROGRAMS = ("print(1)\n", "print('größer')\n")


def written(folder: Path, style: str, form: str) -> Path:
    """Traces of a task with two accepted samples, of which one says more than the other, and a wrong one."""
    samples = [sample(0, PROGRAMS[0]), sample(1, PROGRAMS[1], model="m", seeds=[1, 2]), sample(2, "wrong")]
    results = [*map(result, samples[:2]), result(samples[2], WRONG)]
    out = folder / f"{style}.{form}"
    with held(samples) as found:
        choice = choose(sampled(*results), Wanted(9), lambda each: bytes([each.number]))
        write_rows(rows_of(choice, found, Making(style, {}, Completions(), "apps", "1", "now")), out, ())
    return out


def expected(style: str) -> list[str]:
    """The texts that the loss is of."""
    if style == "messages":
        return sorted(f"<user>Echo.{END}<assistant>{program}{END}" for program in PROGRAMS)
    return sorted(f"{program}{END}" for program in PROGRAMS)


async def test_traces_of_each_style_and_form_are_loaded_and_trained_on(
    trl_python: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    files = {
        written(tmp_path, style, form): style for style in STYLES for form in ("jsonl", "jsonl.gz", "parquet")
    }
    steps: dict[str, Any] = await answer_of(trl_python, "sft_traces.py", str(tmp_path), *map(str, files))
    assert steps.keys() == {file.name for file in files}
    for file, style in files.items():
        step = steps[file.name]
        assert step["rows"] == len(PROGRAMS)
        assert {"task_id", "suite", "cluster", "problem", "provenance"} < set(step["columns"])
        assert step["trained"] == expected(style)
        assert math.isfinite(step["loss"])
        assert step["moved"] > 0
