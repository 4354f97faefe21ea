"""The images, as compose.yaml runs them: candidates are judged in a container without privileges."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from deploy.release.images import Engine
from deploy.release.making import Wanted, make
from tests.integration.deploy.conftest import DEPLOY
from tests.support.engine import PrivateEngine
from tests.support.once import EVERYWHERE

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get(EVERYWHERE), reason=f"builds images for minutes: {EVERYWHERE}=1 runs it"
    ),
    pytest.mark.timeout(1800),
]
PROBLEM = {"id": "sum", "tests": [{"id": "t", "stdio": {"stdin": "1 2\n", "expected_stdout": "3\n"}}]}
CANDIDATES = [
    {"id": "right", "language": "python", "source": "print(sum(map(int, input().split())))\n"},
    {"id": "wrong", "language": "python", "source": "print(4)\n"},
    {"id": "greedy", "language": "python", "source": "x = bytearray(4 << 30)\nprint(3)\n"},
]
LIMIT_S = 180.0


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An engine of the tests' own, with both images in it."""
    if reason := PrivateEngine.why_not():
        pytest.skip(f"no private Docker engine: {reason}")
    private = PrivateEngine(tmp_path_factory.mktemp("ve"))
    private.start()
    try:
        wanted = Wanted(is_draft=True, base=None, engine=Engine(private.address), say=lambda _: None)
        made = make(DEPLOY.parent, tmp_path_factory.mktemp("dist"), wanted)
        names = {path.name for path in made}
        assert {
            f"verifierd-{target}-0.1.0.{end}"
            for target in ("worker", "front-end")
            for end in ("tar", "cdx.json")
        } <= names
        yield private.address
    finally:
        private.stop()


def options(left_out: str = "") -> list[str]:
    """How compose.yaml runs a worker, as `docker run` takes it."""
    worker = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8"))["services"]["worker"]
    security = [each for each in worker["security_opt"] if not left_out or left_out not in each]
    given = {name: value for name, value in worker["environment"].items() if "SANDBOX" in name}
    return [
        *("--rm", "--network=none", f"--user={worker['user']}", "--read-only", "--tmpfs=/tmp"),
        *(f"--cap-drop={each}" for each in worker["cap_drop"]),
        *(f"--security-opt={each}" for each in security),
        *(f"--env={name}={value}" for name, value in given.items()),
    ]


def run(engine: str, arguments: Sequence[str], image: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", "--host", engine, "run", *arguments, image, *command],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_a_worker_judges_candidates_without_any_privilege(engine: str, tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_text(json.dumps(PROBLEM))
    (tmp_path / "candidates.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in CANDIDATES))
    tmp_path.chmod(0o755)
    mounted = [f"--volume={tmp_path}:/work:ro", "--workdir=/tmp"]
    files = ("/work/problem.json", "/work/candidates.jsonl")
    done = run(engine, [*options(), *mounted], "verifierd/worker:0.1.0", "verify", "--json", *files)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    verdicts = {each["candidate_id"]: each["verdict"] for each in told if "candidate_id" in each}
    assert verdicts == {"right": "ACCEPTED", "wrong": "WRONG_ANSWER", "greedy": "MEMORY_LIMIT_EXCEEDED"}, (
        done.stderr
    )


@pytest.mark.parametrize("left_out", ["seccomp", "systempaths"])
def test_each_thing_that_the_engine_must_allow_is_needed(engine: str, left_out: str) -> None:
    done = run(engine, options(left_out), "verifierd/worker:0.1.0", "doctor", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["usable"] is False


def test_a_front_end_is_nobody_and_needs_nothing(engine: str) -> None:
    bare = [
        "--rm",
        "--network=none",
        "--read-only",
        "--tmpfs=/tmp",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
    ]
    done = run(engine, bare, "verifierd/front-end:0.1.0", "serve", "--print-config")
    assert done.returncode == 0, done.stderr
    assert "[jetstream]" in done.stdout
    found = run(engine, [*bare, "--entrypoint=id"], "verifierd/front-end:0.1.0", "-u")
    assert found.stdout.strip() == "65532"
