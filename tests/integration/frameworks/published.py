"""The published source of a package that cannot run here: its wheel, read and parsed, never installed."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.integration.frameworks.environment import KEPT_IN, Unreachable

WHEELS = KEPT_IN / "wheels"
LIMIT_S = 600.0

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def wheel(requirement: str) -> Path:
    """Return the wheel of an exact requirement such as `vllm==0.33.0`, downloaded once.

    Raises:
        Unreachable: pip could not download it.
    """
    name, _, version = requirement.partition("==")
    if not (kept := list(WHEELS.glob(f"{name}-{version}-*.whl"))):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        done = subprocess.run(
            [*command, "--dest", str(WHEELS), requirement],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        if done.returncode != 0:
            raise Unreachable(f"{requirement} could not be downloaded: {done.stderr.strip()[-500:]}")
        kept = list(WHEELS.glob(f"{name}-{version}-*.whl"))
    return kept[0]


class Source:
    """Definitions in a wheel's modules, by the module's path and their dotted name."""

    def __init__(self, path: Path) -> None:
        """Open a wheel."""
        self._wheel = zipfile.ZipFile(path)

    def close(self) -> None:
        """Close the wheel."""
        self._wheel.close()

    def module(self, path: str) -> ast.Module:
        """Return a module; KeyError if the wheel has none of this path."""
        return ast.parse(self._wheel.read(path))

    def definition(self, path: str, name: str) -> Definition:
        """Return a class or function; LookupError if the module has none of this name."""
        found: ast.Module | Definition = self.module(path)
        for part in name.split("."):
            found = next(each for each in _definitions(found) if each.name == part)
        assert not isinstance(found, ast.Module)
        return found

    def parameters(self, path: str, name: str) -> list[str]:
        """Return the names of a function's parameters, without `self`."""
        function = self.definition(path, name)
        assert not isinstance(function, ast.ClassDef)
        arguments = function.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        return [each for each in names if each not in {"self", "cls"}]

    def fields(self, path: str, name: str) -> set[str]:
        """Return the names that a class body annotates or assigns."""
        body = self.definition(path, name).body
        annotated = {ast.unparse(each.target) for each in body if isinstance(each, ast.AnnAssign)}
        assigned = {ast.unparse(one) for each in body if isinstance(each, ast.Assign) for one in each.targets}
        return annotated | assigned

    def attributes(self, path: str, name: str) -> set[str]:
        """Return the attributes that a class's methods set on `self`."""
        return {
            node.attr
            for node in ast.walk(self.definition(path, name))
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and ast.unparse(node.value) == "self"
        }


def _definitions(inside: ast.Module | Definition) -> Iterator[Definition]:
    for node in inside.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def keywords_of(path: Path, function: str) -> set[str]:
    """Return the keywords with which a module of ours calls a function."""
    tree = ast.parse(path.read_text("utf-8"))
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    return {
        keyword.arg
        for call in calls
        if ast.unparse(call.func).split(".")[-1] == function
        for keyword in call.keywords
        if keyword.arg is not None
    }
