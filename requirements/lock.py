"""Pin every dependency of the three distributions, with the hashes of all files of each release.

The `pyproject.toml` files are the one place that names dependencies. `make lock` runs this program,
which collects them and lets pip-compile write `runtime.lock` (what the service needs) and `dev.lock`
(that, the extras and the tools). No index is named in a lock, so that it holds with any mirror.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
PROJECTS = (ROOT, ROOT / "proto", ROOT / "clients" / "python")


def main() -> int:
    """Write both locks; pins already in them stay unless `--upgrade` is given."""
    projects = [tomllib.loads((folder / "pyproject.toml").read_text("utf-8")) for folder in PROJECTS]
    own = {project["project"]["name"] for project in projects}
    runtime = [line for project in projects for line in project["project"].get("dependencies", [])]
    development = runtime + [line for project in projects for line in _extras_and_groups(project)]
    for name, wanted in (("runtime.lock", runtime), ("dev.lock", development)):
        _compile(FOLDER / name, sorted({line for line in wanted if _name(line) not in own}), sys.argv[1:])
    return 0


def _extras_and_groups(project: dict[str, Any]) -> list[str]:
    """Requirements of every extra and dependency group of one `pyproject.toml`."""
    tables = [project["project"].get("optional-dependencies", {}), project.get("dependency-groups", {})]
    return [line for table in tables for lines in table.values() for line in lines]


def _name(requirement: str) -> str:
    """The distribution's name at the start of a requirement."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _compile(lock: Path, requirements: list[str], options: list[str]) -> None:
    """Let pip-compile resolve the requirements into one lock file."""
    subprocess.run(
        [
            *(sys.executable, "-m", "piptools", "compile", "--quiet", "--strip-extras", "--allow-unsafe"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"),
            *("--output-file", lock.name, *options, "-"),
        ],
        cwd=FOLDER,
        env=os.environ | {"CUSTOM_COMPILE_COMMAND": "make lock"},
        input="\n".join(requirements),
        text=True,
        check=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
