"""An evaluation that is killed goes on where it stopped: real processes, real sandboxes, a real SIGKILL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

TASKS, SAMPLES = 6, 8
START_S = 60.0
DIGESTS = {"program_sha256", "suite_sha256"}  # put in as the results are written


def command(folder: Path) -> list[str]:
    names = {"--problems": "p.jsonl", "--samples": "s.jsonl", "--out": "results.jsonl"}
    files = (word for option, name in names.items() for word in (option, str(folder / name)))
    return [sys.executable, "-m", "verifierd", "eval", "--batches", "1", "--json", *files]


def write(folder: Path) -> None:
    """Programs of which each takes a while, so that the kill finds some judged and some not."""
    test = "def check(f):\n    assert f() == 1\n"
    problems = [{"task_id": f"T/{n}", "prompt": "", "entry_point": "f", "test": test} for n in range(TASKS)]
    program = "import time\ntime.sleep(0.2)\ndef f():\n    return {} % 2\n"
    samples = [
        {"task_id": f"T/{task}", "solution": program.format(number)}
        for number in range(SAMPLES)
        for task in range(TASKS)
    ]
    for name, records in (("p.jsonl", problems), ("s.jsonl", samples)):
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))


def entries(journal: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal that are about samples."""
    lines = journal.read_bytes().split(b"\n")[1:-1] if journal.exists() else []
    return [entry for entry in map(json.loads, lines) if "sample" in entry]


@pytest.mark.leaves(kind="files", reason="the daemon of a command that is killed cannot delete its socket")
def test_a_killed_evaluation_goes_on_and_its_results_are_whole(tmp_path: Path) -> None:
    write(tmp_path)
    out, journal = tmp_path / "results.jsonl", tmp_path / "results.jsonl.journal"
    process = subprocess.Popen(command(tmp_path), stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + START_S
        while len(entries(journal)) < SAMPLES and time.monotonic() < deadline:
            assert process.poll() is None, "it ended before the kill"
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = entries(journal)
    assert SAMPLES <= len(before) < TASKS * SAMPLES
    assert not out.exists()
    with journal.open("ab") as file:
        file.write(b'{"sample": 0, "li')  # as torn as a kill within a write leaves it

    ended = subprocess.run(command(tmp_path), capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert report["resumed"] == len(before)
    assert [(line["task_id"], line["sample_index"]) for line in lines] == [
        (f"T/{task}", number) for number in range(SAMPLES) for task in range(TASKS)
    ]
    assert [line["passed"] for line in lines] == [line["sample_index"] % 2 == 1 for line in lines]
    for entry in before:
        line = {name: value for name, value in lines[entry["sample"]].items() if name not in DIGESTS}
        assert line == entry["line"], "what was judged is not judged again"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["p.jsonl", "results.jsonl", "s.jsonl"]
