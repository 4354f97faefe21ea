"""The privileges that the units leave are enough to run candidates, and each of them is needed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sandboxes import cgroups
from sandboxes.instance import instance_name
from tests.unit.deploy.test_units import UNITS, service

pytestmark = pytest.mark.skipif(
    os.getuid() != 0 or shutil.which("setpriv") is None,
    reason="needs root and setpriv (apt-get install util-linux)",
)
WITH_SANDBOXES = [each for each in UNITS if "Delegate" in service(each)]
PROBLEM = {"id": "sum", "tests": [{"id": "t", "stdio": {"stdin": "1 2\n", "expected_stdout": "3\n"}}]}
CANDIDATE = {"id": "a", "language": "python", "source": "print(sum(map(int, input().split())))\n"}
LIMIT_S = 60.0


def capabilities(unit: Path) -> list[str]:
    """The capabilities that a unit leaves, as setpriv names them."""
    return [each.removeprefix("CAP_").lower() for each in service(unit)["CapabilityBoundingSet"].split()]


def verdict(left: Sequence[str], folder: Path) -> str:
    """What a right candidate gets from a daemon with these capabilities alone; empty where none starts."""
    (folder / "problem.json").write_text(json.dumps(PROBLEM))
    (folder / "candidates.jsonl").write_text(json.dumps(CANDIDATE))
    done = subprocess.run(
        [
            *(
                "setpriv",
                "--no-new-privs",
                "--bounding-set",
                ",".join(["-all", *(f"+{name}" for name in left)]),
            ),
            *(sys.executable, "-m", "verifierd", "verify", "--json", "problem.json", "candidates.jsonl"),
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode:
        return ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return next(str(line["verdict"]) for line in lines if line.get("candidate_id") == "a")


@pytest.mark.parametrize("unit", WITH_SANDBOXES, ids=lambda unit: unit.stem)
def test_the_capabilities_of_a_unit_are_enough(unit: Path, tmp_path: Path) -> None:
    assert verdict(capabilities(unit), tmp_path) == "ACCEPTED"


@pytest.fixture
def neighbour() -> Iterator[None]:
    """Another daemon's groups: beside them a start gets further than where there are none."""
    hierarchy = cgroups.find_hierarchy(cgroups.root_name(None), instance_name())
    yield
    for directory in hierarchy.directories:
        cgroups.remove_tree(directory)


@pytest.mark.parametrize("name", ["sys_admin", "setuid", "chown", "dac_override"])
def test_without_one_of_them_no_sandbox_starts_and_nothing_is_left(
    name: str, tmp_path: Path, neighbour: None
) -> None:
    left = [each for each in capabilities(WITH_SANDBOXES[0]) if each != name]
    assert verdict(left, tmp_path) == ""
