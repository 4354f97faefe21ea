"""The client beside frameworks: what it brings along, and that each of them really calls it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.integration.frameworks.environment import DISTRIBUTIONS, NotHere, environment
from tests.prove.harness import Figure, Line, NotMeasured
from tests.support.once import EVERYWHERE

TESTS = "tests/integration/frameworks"
LIMIT_S = 3600.0
IMPORTS, IMPORT_AT_MOST_S = 5, 1.0
NEEDED = {"grpcio", "protobuf"}
OWN = {"verifierd-client", "verifier-proto"}
LAST_WORDS = 600


def lines(repository: Path, scratch: Path) -> Sequence[Line]:
    """Return what is promised of the client beside frameworks. `scratch` is for throwaway environments."""
    return [
        Line(
            "the client alone in a fresh environment",
            "needs grpcio and protobuf, import in under 1 s, pip check is clean",
            lambda: _alone(scratch),
        ),
        Line("beside TRL's newest", "pip check is clean", lambda: _beside("trl")),
        Line("beside ray", "pip check is clean", lambda: _beside("ray")),
        Line(
            "TRL: GRPOTrainer takes steps on CPU with a tiny random model and this reward",
            "rewards right, what could not be judged is masked",
            _passes(repository, "test_trl.py", "trl"),
        ),
        Line(
            "verl, OpenRLHF: their own callers, and verl's SandboxFusion caller through run_code",
            "rewards right, no failure of ours is a zero",
            _passes(repository, "test_verl.py", "verl"),
        ),
        Line(
            "the openai client against a server that replays samples, transformers' generate to best of n",
            "each token counted, aborts free the engine",
            _passes(repository, "test_samplers.py", "openai", "trl"),
        ),
        Line(
            "verifiers, Inspect AI, lm-evaluation-harness and DSPy by their own entry points",
            "scores right, what could not be judged is no zero",
            _passes(repository, "test_evals.py", "evals"),
        ),
        Line(
            "TRL's SFTTrainer loads exported traces, as it stands and as a chat",
            "trained text is the completions'",
            _passes(repository, "test_sft_traces.py", "trl"),
        ),
        Line(
            "vLLM and SGLang by their published signatures",
            "each call is there",
            _passes(repository, "test_published_signatures.py"),
        ),
        Line(
            "the pages of the documentation",
            "run as they stand",
            _passes(repository, "test_docs.py", "trl", "verl", "evals"),
        ),
    ]


def _alone(scratch: Path) -> Figure:
    """Install the client by pip alone, and see what comes with it."""
    folder = scratch / "alone"
    python = str(folder / "bin" / "python")
    _run(sys.executable, "-m", "venv", str(folder))
    copies = [scratch / f"copy-{each.name}" for each in DISTRIBUTIONS]  # pip builds in the folder it is given
    for each, copy in zip(DISTRIBUTIONS, copies, strict=True):
        shutil.copytree(each, copy, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    _run(python, "-m", "pip", "install", "--quiet", *map(str, copies))
    listed = _run(python, "-m", "pip", "list", "--format", "freeze")
    installed = {line.partition("==")[0].lower() for line in listed.splitlines() if "==" in line}
    needed = {
        re.split(r"[^A-Za-z0-9._-]", name.strip())[0].lower()
        for name in _run(
            python,
            "-c",
            "import importlib.metadata as m; print(*[each for name in ('verifierd-client', 'verifier-proto')"
            " for each in m.requires(name) or [] if 'extra ==' not in each], sep='\\n')",
        ).splitlines()
    }
    took = [_import_s(python) for _ in range(IMPORTS)]
    checked = _run(python, "-m", "pip", "check").strip()
    brought = sorted(installed - NEEDED - OWN - {"pip", "setuptools"})
    return Figure(
        f"needs {', '.join(sorted(needed - OWN))}; import in {sorted(took)[IMPORTS // 2]:.2f} s "
        f"(median of {IMPORTS}); {checked}",
        holds=needed - OWN == NEEDED and sorted(took)[IMPORTS // 2] < IMPORT_AT_MOST_S,
        facts={"import_s": took, "installed": sorted(installed), "needed_by_those": brought},
    )


def _import_s(python: str) -> float:
    """Return the seconds that an interpreter takes longer with the client imported than without."""
    began = time.monotonic()
    _run(python, "-c", "pass")
    without = time.monotonic()
    _run(python, "-c", "import verifierd_client")
    return (time.monotonic() - without) - (without - began)


def _beside(name: str) -> Figure:
    """Ask pip whether anything in a set's environment lacks what it requires."""
    python = _environment(name)
    finished = subprocess.run(
        [str(python), "-m", "pip", "check"], capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    words = (finished.stdout + finished.stderr).strip()
    return Figure(words[-LAST_WORDS:], finished.returncode == 0)


def _passes(repository: Path, file: str, *sets: str) -> Callable[[], Figure]:
    """Return what measures whether a file of tests passes, with these sets of frameworks made for it."""

    def measure() -> Figure:
        for name in sets:
            _environment(name)
        finished = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{TESTS}/{file}"],
            cwd=repository,
            env=os.environ | {EVERYWHERE: "1"},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        last = (finished.stdout.strip().splitlines() or [finished.stderr.strip()])[-1]
        return Figure(last[-LAST_WORDS:], finished.returncode == 0 and "skipped" not in last)

    return measure


def _environment(name: str) -> Path:
    try:
        return environment(name, is_asked=True)
    except NotHere as reason:
        raise NotMeasured(str(reason)) from None


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True).stdout
