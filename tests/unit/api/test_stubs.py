"""The committed stubs are those that the .proto files give."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROTO = Path(__file__).resolve().parents[3] / "proto"


@pytest.fixture(scope="module", autouse=True)
def _with_generators() -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools is not installed: it belongs to development")


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, folder / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_committed_stubs_are_in_step_with_the_proto_files() -> None:
    found = _check(PROTO)
    assert (found.returncode, found.stderr) == (0, "")


def test_a_stub_out_of_step_is_named_and_fails_the_check(tmp_path: Path) -> None:
    folder = tmp_path / "proto"
    shutil.copytree(PROTO, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "verifier/v1/values.proto").open("a") as file:
        file.write("message Later {}\n")
    found = _check(folder)
    assert found.returncode == 1
    assert "proto/verifier/v1/values_pb2.py\n" in found.stderr
    assert "problem_pb2.py" not in found.stderr
