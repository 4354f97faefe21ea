"""Evaluators' own entry points judge by this service, and a service that is away is never a wrong program."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.integration.daemon.serving import serving
from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.environment import FOLDER
from tests.integration.frameworks.running import OFFLINE, answer_of

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(MAKING_S + 300)]

ACCEPTED, WRONG_ANSWER, NO_CODE = ["C", "ACCEPTED"], ["I", "WRONG_ANSWER"], ["I", "NO_CODE"]


async def told(python: Path, program: str, folder: Path) -> Any:
    """Run a program of this folder beside a daemon, with an address at which nobody is."""
    async with serving() as daemon:
        return await answer_of(python, program, daemon.address, f"unix:{folder}/nobody.sock", str(folder))


async def test_inspects_eval_scores_by_the_tests_and_leaves_out_what_could_not_be_judged(
    evals_python: Path, tmp_path: Path
) -> None:
    cases = await told(evals_python, "inspect_evals.py", tmp_path)
    assert cases["judged"]["scores"] == [ACCEPTED, WRONG_ANSWER, NO_CODE]
    assert cases["judged"]["accuracy"] == pytest.approx(1 / 3)
    away = cases["away"]
    assert (away["none"]["status"], away["none"]["accuracy"]) == ("success", "none")
    assert away["none"]["scores"] == [["unscored", "scoring_failed"]]
    assert (away["zero"]["accuracy"], away["zero"]["scores"]) == (0.0, [["I", None]])
    assert away["raise"]["status"] == "error"
    assert "could not be judged: ConnectionFailed" in away["raise"]["errors"][0]


async def test_inspects_command_finds_the_sandbox_and_an_agents_work_stays_from_call_to_call(
    evals_python: Path, tmp_path: Path
) -> None:
    async with serving() as daemon:
        process = await asyncio.create_subprocess_exec(
            *(str(evals_python.with_name("inspect")), "eval", "inspect_task.py"),
            *("--model", "mockllm/model", "--sandbox", "verifierd", "--display", "none"),
            *("--log-dir", str(tmp_path), "--log-format", "json"),
            cwd=FOLDER,  # Inspect takes no absolute path
            env=os.environ | OFFLINE | {"VERIFIERD_ADDRESS": daemon.address, "HOME": str(tmp_path)},
        )
        assert await process.wait() == 0
    (log,) = (json.loads(path.read_text()) for path in tmp_path.glob("*.json"))  # noqa: ASYNC240 - it is over
    assert log["status"] == "success"
    scores = {each["id"]: each["scores"]["verifierd_scorer"]["value"] for each in log["samples"]}
    assert scores == {"right": "C", "wrong": "I"}
    assert {each["id"]: each["store"]["tried"] for each in log["samples"]} == {
        "right": "8\n",
        "wrong": "16\n",
    }


async def test_lm_evals_own_humaneval_is_judged_and_a_program_that_stops_its_test_fails(
    evals_python: Path, tmp_path: Path
) -> None:
    cases = await told(evals_python, "lm_eval_harness.py", tmp_path)
    assert (cases["right"], cases["half"], cases["stops_its_test"]) == (1.0, 0.5, 0.0)
    # Without a judged sample there is no pass@1, and lm-eval finds no figure.
    assert cases["away"] == {"none": "KeyError", "raise": "NoVerdict", "zero": 0.0}


async def test_dspys_modules_choose_what_passes_and_its_metric_counts_it(
    evals_python: Path, tmp_path: Path
) -> None:
    cases = await told(evals_python, "dspy_modules.py", tmp_path)
    for chosen in (cases["best_of_n"], cases["fenced"], cases["refine"]):
        assert "return a + b" in chosen
    assert cases["evaluate"] == 75.0
    away = cases["away"]
    assert "must be raise or zero" in away["none"]
    assert "return a + b" in away["zero"]  # it has the best reward of one, which is 0
    assert away["raise"] is None
    assert "cancelled due to errors" in away["evaluate"]


async def test_verifiers_eval_rewards_traces_alone_and_as_a_group_and_fails_those_without_a_verdict(
    evals_python: Path, tmp_path: Path
) -> None:
    cases = await told(evals_python, "verifiers_evals.py", tmp_path)
    right, wrong = cases["judged"]["traces"]
    assert cases["judged"]["ok"]
    assert (right["scores"], right["reward"]) == ({"verified": 1.0, "group": 1.0}, 2.0)
    assert (wrong["scores"], wrong["reward"]) == ({"verified": 0.0, "group": 0.0}, 0.0)
    none, failed, zero = (cases["away"][on_infra] for on_infra in ("none", "raise", "zero"))
    assert none["ok"]
    assert [each["scores"] for each in none["traces"]] == [{"group": None}] * 2
    assert not failed["ok"]
    assert [(each["ok"], each["error"]) for each in failed["traces"]] == [(False, "SandboxError")] * 2
    assert [each["scores"] for each in zero["traces"]] == [{"verified": 0.0, "group": 0.0}] * 2


async def test_the_sandbox_does_what_inspect_asks_of_every_sandbox_but_run_as_another_user(
    evals_python: Path, tmp_path: Path
) -> None:
    async with serving() as daemon:
        process = await asyncio.create_subprocess_exec(
            *(
                str(evals_python),
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--noconftest",
                "-c",
                os.devnull,
            ),
            str(FOLDER / "inspect_self_check.py"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | OFFLINE | {"VERIFIERD_ADDRESS": daemon.address, "HOME": str(tmp_path)},
        )
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-3000:]
    assert b"43 passed, 1 xfailed" in said
