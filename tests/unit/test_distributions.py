"""What is shipped: pinned with hashes, from any index, and each of our packages in one distribution."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECTS = {"verifierd": ".", "verifier-proto": "proto", "verifierd-client": "clients/python"}
LOCKS = ("runtime.lock", "dev.lock")


def _project(name: str) -> dict[str, Any]:
    text = (REPOSITORY / PROJECTS[name] / "pyproject.toml").read_text("utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def _pins(lock: str) -> dict[str, str]:
    """Each pinned requirement's name with all of its lines."""
    text = (REPOSITORY / "requirements" / lock).read_text("utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    return {match[1]: block for block in blocks if (match := re.match(r"([A-Za-z0-9._-]+)==", block))}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash_and_names_no_index(lock: str) -> None:
    pins = _pins(lock)
    assert [name for name, block in pins.items() if "--hash=sha256:" not in block] == []
    assert "://" not in (REPOSITORY / "requirements" / lock).read_text("utf-8")


def test_both_locks_pin_the_same_releases() -> None:
    runtime, development = ({name: block.split()[0] for name, block in _pins(lock).items()} for lock in LOCKS)
    assert runtime.items() <= development.items()


@pytest.mark.parametrize("name", PROJECTS)
def test_every_dependency_is_pinned(name: str) -> None:
    project = _project(name)
    assert project["name"] == name
    needed = {re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in project["dependencies"]}
    assert needed - PROJECTS.keys() <= _pins("runtime.lock").keys()


def test_the_client_needs_grpc_and_protobuf_only() -> None:
    needed = {re.split(r"[^A-Za-z0-9._-]", line)[0] for line in _project("verifierd-client")["dependencies"]}
    assert needed <= {"grpcio", "protobuf", "verifier-proto"}
