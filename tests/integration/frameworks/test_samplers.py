"""The samplers with the frameworks themselves: their checks, run by pytest in each set's own environment."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.frameworks.environment import FOLDER, REPOSITORY, NotHere, environment

LIMIT_S = 900
MAKING_S = 1600
LAST_WORDS = 4000


@pytest.mark.timeout(MAKING_S + LIMIT_S)
@pytest.mark.parametrize(
    ("name", "checks"),
    [("openai", "check_openai_sampler.py"), ("trl", "check_transformers_sampler.py")],
)
def test_a_sampler_does_with_the_framework_itself_what_it_promises(
    name: str, checks: str, tmp_path: Path
) -> None:
    try:
        python = environment(name)
    except NotHere as reason:
        pytest.skip(f"the frameworks of {name}.txt are not here: {reason}")
    # This checkout's own pytest settings and fixtures are for the project's environment, not for this one.
    alone = ["-c", os.devnull, f"--rootdir={REPOSITORY}", f"--confcutdir={FOLDER / 'checks'}"]
    done = subprocess.run(
        [
            *(str(python), "-m", "pytest", *alone, "-p", "no:cacheprovider", "--import-mode=importlib"),
            *("--timeout=300", str(FOLDER / "checks" / checks)),
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env=os.environ
        | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path)}
        | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")},
    )
    assert done.returncode == 0, done.stdout[-LAST_WORDS:] + done.stderr[-LAST_WORDS:]
    assert " skipped" not in done.stdout, "what is not here was not checked"
