"""From `verify --json` to `select` and `calibrate`: saved results picked from again, and learned from."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from verifierd.cli.main import build
from verifierd.selection.beliefs import Beliefs

RUNNER = CliRunner()


def line(problem: str, name: str, right: bool, does: str, generated: bool = True) -> dict[str, Any]:
    verdict = "ACCEPTED" if right else "WRONG_ANSWER"
    return {
        "problem_id": problem,
        "candidate_id": name,
        "verdict": verdict,
        "duplicate_of": None,
        "nondeterministic": False,
        "tests": [
            {"test_id": "hidden", "role": "judge", "verdict": verdict, "behaviour": does},
            {
                "test_id": "g",
                "role": "generated",
                "verdict": "ACCEPTED" if generated else "WRONG_ANSWER",
                "behaviour": does,
            },
        ],
        "probes": [{"probe_id": "p", "behaviour": does, "failed": False}],
    }


def written(folder: Path, *lines: object) -> Path:
    file = folder / "saved.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in lines), "utf-8")
    return file


def many(folder: Path, problems: int = 9) -> Path:
    dice = random.Random(3)
    lines = []
    for problem in range(problems):
        for place in range(12):
            right = place % 3 == 0 and problem != 2
            does = "right" if right else f"wrong {dice.randrange(4)}"
            lines.append(line(f"problem {problem}", str(place), right, does, generated=right))
        lines.append({"summary": {"batch_id": "b"}})
    return written(folder, *lines)


def ran(*arguments: str | Path) -> tuple[int, list[Any], str]:
    result = RUNNER.invoke(build(), [str(each) for each in arguments])
    lines = [json.loads(each) for each in result.stdout.splitlines() if each.startswith("{")]
    return result.exit_code, lines, result.output


def test_saved_results_are_picked_from_by_any_rule(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        line("p", "a", False, "x", generated=False),
        line("p", "b", False, "x", generated=False),
        line("p", "c", True, "y"),
    )
    picked = {}
    for rule in ("plurality", "codet", "posterior"):
        code, lines, _ = ran("select", file, "--rule", rule, "--blind", "--json")
        assert code == 0
        picked[rule] = lines[0]["picks"][0]["candidate_id"], lines[0]["solved"]
    assert picked == {"plurality": ("a", False), "codet": ("c", True), "posterior": ("c", True)}
    _, lines, _ = ran("select", file, "--picks", "5", "--json")
    assert [each["candidate_id"] for each in lines[0]["picks"]] == ["c"], "others did not pass"
    assert lines[-1]["summary"]["problems"] == 1


def test_the_view_tells_picks_and_what_was_solved(tmp_path: Path) -> None:
    code, _, said = ran("select", many(tmp_path), "--rule", "posterior", "--blind")
    assert code == 0
    assert "problem 2" in said
    assert "solved: 88.9% of 9 problems" in said


def test_what_was_learned_is_a_file_that_rules_take(tmp_path: Path) -> None:
    file, out = many(tmp_path), tmp_path / "beliefs.json"
    code, lines, _ = ran("calibrate", file, "--out", out, "--json")
    assert code == 0
    assert lines[0]["problems"] == 9
    learned = lines[0]["learned"]
    assert 0 <= learned["expected_calibration_error"] <= 1
    chance = learned["error_if_calibrated"]
    assert 0 <= chance["low"] <= chance["value"] <= chance["high"] <= 1
    beliefs = json.loads(out.read_text("utf-8"))
    assert beliefs.keys() == Beliefs.__dataclass_fields__.keys()
    code, _, _ = ran("select", file, "--rule", "posterior", "--params", out, "--blind", "--json")
    assert code == 0


def test_where_nothing_may_be_picked_the_answer_is_no(tmp_path: Path) -> None:
    assert ran("select", written(tmp_path, line("p", "a", False, "x")), "--json")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rule", "dice"), "dice"),
        (("--rule", "plurality", "--params", "PARAMS"), "plurality has no parameter 'exponent'"),
        (("--rule", "posterior", "--params", "PARAMS"), "posterior has no parameter 'exponent'"),
        (("--params", "ABSENT"), "cannot be read"),
    ],
)
def test_rules_and_parameters_that_are_not_there_are_refused(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    params = tmp_path / "params.json"
    params.write_text('{"exponent": 1}', "utf-8")
    paths = {"PARAMS": params, "ABSENT": tmp_path / "absent.json"}
    code, _, said = ran("select", many(tmp_path), *(paths.get(each, each) for each in arguments))
    assert code == 2
    assert words in said.replace("\n", " ")


@pytest.mark.parametrize("text", ["[1]", '{"a": "b"}', '{"a": NaN}', "{"])
def test_parameters_are_an_object_of_numbers(tmp_path: Path, text: str) -> None:
    params = tmp_path / "params.json"
    params.write_text(text, "utf-8")
    assert ran("select", many(tmp_path), "--rule", "codet", "--params", params)[0] == 2


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"candidate_id": "a"}, "saved.jsonl:1: field 'problem_id' is missing"),
        ({"problem_id": "p", "candidate_id": "a"}, "field 'verdict' is missing"),
        ({"problem_id": "p", "candidate_id": "a", "verdict": "FINE"}, "holds 'FINE'"),
        ({"problem_id": "p", "candidate_id": "a", "verdict": "ACCEPTED", "tests": [1]}, "item 0"),
        (
            {"problem_id": "p", "candidate_id": "a", "verdict": "ACCEPTED", "probes": [{"probe_id": "p"}]},
            "failed",
        ),
        ({"summary": {}}, "there is no candidate's result"),
    ],
)
def test_saved_results_that_are_none_are_refused_by_line(
    tmp_path: Path, spoilt: dict[str, Any], words: str
) -> None:
    code, _, said = ran("select", written(tmp_path, spoilt))
    assert code == 2
    assert words in said.replace("\n", " ")


def test_a_candidate_that_occurs_twice_and_too_few_problems_are_refused(tmp_path: Path) -> None:
    twice = written(tmp_path, line("p", "a", True, "x"), line("p", "a", True, "x"))
    assert "occurs twice" in ran("select", twice)[2].replace("\n", " ")
    few = ran("calibrate", many(tmp_path, 3), "--out", tmp_path / "b.json")
    assert few[0] == 2
    assert "at least 8" in few[2]
    assert not (tmp_path / "b.json").exists()
