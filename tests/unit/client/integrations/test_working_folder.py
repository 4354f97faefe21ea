"""What an agent leaves in its folder is there in the next call, whatever its modes are."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "clients/python/verifierd_client/integrations/inspect_ai/folder.py"


class Calls:
    """Runs the program as the service does: each call in a fresh directory, with what the last one packed."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.packed: bytes | None = None
        self.number = 0

    def __call__(self, deed: str, stdin: bytes = b"", **call: Any) -> tuple[dict[str, Any], bytes]:
        self.number += 1
        directory = self.scratch / str(self.number)
        exchange = directory / ".exchange"
        exchange.mkdir(parents=True)
        (exchange / "call.json").write_text(json.dumps({"deed": deed, "most_bytes": 1000, **call}))
        if self.packed is not None:
            (exchange / "packed").write_bytes(self.packed)
        subprocess.run([sys.executable, FOLDER], cwd=directory, input=stdin, check=True)
        if (exchange / "packed").exists():
            self.packed = (exchange / "packed").read_bytes()
        head, _, rest = zlib.decompress((exchange / "answer").read_bytes()).partition(b"\n")
        return json.loads(head), rest

    def execute(
        self, *cmd: str, stdin: bytes = b"", timeout_s: float | None = None
    ) -> tuple[dict[str, Any], bytes]:
        return self("execute", stdin, cmd=cmd, cwd=".", env={"WORD": "spoken"}, timeout_s=timeout_s)


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    return Calls(tmp_path)


def test_files_folders_links_and_modes_travel(calls: Calls) -> None:
    calls("write", b"\xc3\x28", file="deep/er/file")
    calls.execute(
        "sh",
        "-c",
        "ln -s deep/er/file link; mkdir empty; chmod 0 deep/er/file; chmod 0 empty; chmod 500 deep",
    )
    told, output = calls.execute(
        "sh", "-c", "stat -c '%a %n' deep deep/er/file empty; readlink link; chmod 600 link"
    )
    assert (told["returncode"], output) == (0, b"500 deep\n0 deep/er/file\n0 empty\ndeep/er/file\n")
    assert calls("read", file="link")[1] == b"\xc3\x28"


def test_a_command_sees_its_own_files_input_and_environment_alone(calls: Calls) -> None:
    told, output = calls.execute("sh", "-c", "ls -A; cat; echo $WORD >&2; exit 3", stdin=b"said")
    assert (told["returncode"], told["sizes"], output) == (3, [4, 7], b"saidspoken\n")


def test_a_command_that_takes_too_long_is_ended_with_its_children_and_what_it_left_stays(
    calls: Calls,
) -> None:
    told, _ = calls.execute("sh", "-c", "echo kept > file; sleep 60 & wait", timeout_s=0.5)
    assert told["timed_out"]
    assert calls("read", file="file")[1] == b"kept\n"


def test_a_command_that_a_signal_ends_says_which(calls: Calls) -> None:
    assert calls.execute("sh", "-c", "kill -TERM $$")[0]["returncode"] == -15


@pytest.mark.parametrize(
    ("deed", "call", "number"),
    [
        ("read", {"file": "nothing"}, errno.ENOENT),
        ("read", {"file": "."}, errno.EISDIR),
        ("write", {"file": "/"}, errno.EISDIR),
        ("execute", {"cmd": ["/etc/passwd"], "cwd": ".", "env": {}, "timeout_s": None}, errno.EACCES),
    ],
)
def test_faults_are_told_by_their_number(calls: Calls, deed: str, call: dict[str, Any], number: int) -> None:
    told, _ = calls(deed, **call)
    assert told["errno"] == number


def test_of_large_outputs_one_byte_more_comes_back_than_may(calls: Calls) -> None:
    told, _ = calls.execute("sh", "-c", "head -c 5000 /dev/zero")
    assert told["sizes"] == [1001, 0]


def test_reading_packs_nothing(calls: Calls) -> None:
    calls("write", b"x", file="file")
    packed, calls.packed = calls.packed, None
    assert calls("read", file="nothing")[0]["errno"] == errno.ENOENT
    assert calls.packed is None
    assert packed is not None
