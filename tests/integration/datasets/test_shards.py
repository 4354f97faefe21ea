"""A set that is published as several Parquet files is judged by `verifierd eval` as it lies there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.backends import BACKENDS, why_not

pyarrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
pq = pytest.importorskip("pyarrow.parquet")

ROWS = [
    {"question": "?", "input_output": json.dumps({"inputs": ["1 2\n"], "outputs": [total]})}
    for total in ("3\n", "4\n", "3\n")
]
PROGRAM = "print(sum(map(int, input().split())))\n"


def evaluated(folder: Path, *problems: Path) -> subprocess.CompletedProcess[str]:
    samples, out = folder / "samples.parquet", folder / "out.jsonl"
    pq.write_table(pyarrow.table({"task_id": [0, 1, 2], "solution": [PROGRAM] * 3}), samples)
    files = [word for file in problems for word in ("--problems", str(file))]
    command = [*("eval", "--format", "taco"), *files, "--samples", str(samples), "--out", str(out)]
    return subprocess.run(
        [sys.executable, "-m", "verifierd", *command],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=os.environ | {"COLUMNS": "300"},
    )


def test_shards_are_one_set_and_a_damaged_one_leaves_nothing(tmp_path: Path) -> None:
    if reason := why_not(BACKENDS[0]):
        pytest.skip(reason)
    shards = [tmp_path / "train-00000-of-00002.parquet", tmp_path / "train-00001-of-00002.parquet"]
    for shard, rows in zip(shards, (ROWS[:2], ROWS[2:]), strict=True):
        pq.write_table(pyarrow.Table.from_pylist(rows), shard)
    ended = evaluated(tmp_path, *shards)
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["verdict"] for line in lines] == ["ACCEPTED", "WRONG_ANSWER", "ACCEPTED"]

    (tmp_path / "out.jsonl").unlink()
    shards[1].write_bytes(shards[1].read_bytes()[:-20])
    ended = evaluated(tmp_path, *shards)
    assert ended.returncode == 2, ended.stderr
    assert "train-00001-of-00002.parquet: the Parquet data are damaged or cut off" in ended.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        ["samples.parquet", *(each.name for each in shards)]
    )
