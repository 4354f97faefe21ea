"""The client needs grpcio and protobuf only: a framework is imported where it is used, and nowhere else."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import verifierd_client

FOLDER = Path(verifierd_client.__file__).parent
# What Inspect itself loads, by its entry point, has Inspect and what that needs.
LOADED_BY_ITS_FRAMEWORK = "integrations/inspect_ai/"
MODULES = [
    module
    for module in sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py"))
    if not module.startswith(LOADED_BY_ITS_FRAMEWORK)
]
ALLOWED = {*sys.stdlib_module_names, "google", "grpc", "verifier", "verifierd_client"}


def _imported_at_once(path: Path) -> set[str]:
    """Top names that a module imports as soon as it is imported itself."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_nothing_that_the_client_does_not_need(module: str) -> None:
    assert _imported_at_once(FOLDER / module) - ALLOWED == set()
