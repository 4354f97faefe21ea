"""The suite's own instruments refuse a wrong head and notice a touched canary and a changed host."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from sandboxes.launch import ID_BASE
from tests.security.attacks.attack import BadHead, parse_attack
from tests.security.attacks.canaries import planted
from tests.security.attacks.conftest import SANDBOXES, Target
from tests.security.attacks.host import differences, look_at_rest
from verifierd_client import Limits, Verdict

GOOD = "# what: tries\n# expect: ACCEPTED\n"


def test_a_head_is_read_whole() -> None:
    source = (
        "# what: tries (CVE-1: judge)\n# expect: ACCEPTED or RUNTIME_ERROR\n"
        "# limits: cpu_time_s=0.5 memory_mib=64\n# stdin: {port}\n# leaves: out/answer\n# copies: 3\n"
        "# except: docker-runsc MEMORY_LIMIT_EXCEEDED because it counts otherwise\n"
        "\n# comment: of the program\n"
    )
    attack = parse_attack("group", "name", source)
    assert attack.what == "tries (CVE-1: judge)"
    assert attack.limits == Limits(cpu_time_s=0.5, memory_bytes=64 << 20)
    assert attack.stdin == "{port}"
    assert attack.leaves == "out/answer"
    assert attack.expected_by("bubblewrap") == {Verdict.ACCEPTED, Verdict.RUNTIME_ERROR}
    assert attack.expected_by("docker-runsc") == {Verdict.MEMORY_LIMIT_EXCEEDED}
    assert len({program.source for program in attack.programs()}) == 3


def test_the_ending_says_the_language_and_how_a_comment_begins() -> None:
    attack = parse_attack("group", "name", "// what: tries\n// expect: COMPILE_ERROR\n#error\n", ".c")
    assert attack.language == "c"
    assert attack.expected == {Verdict.COMPILE_ERROR}


@pytest.mark.parametrize(
    "source",
    [
        "# what: tries\n",
        "# expect: ACCEPTED\n",
        GOOD + "# expects: ACCEPTED\n",
        GOOD + "# what: twice\n",
        GOOD + "# a comment in the head\n",
        GOOD + "# stdin:\n",
        GOOD + "# limits: memory=64\n",
        GOOD + "# limits: memory_mib=many\n",
        GOOD + "# copies: some\n",
        GOOD + "# except: bubblewrap ACCEPTED\n",
        GOOD + "# defect: bubblewrap\n",
        "# what: tries\n# expect: INFRASTRUCTURE_ERROR\n",
        "# what: tries\n# expect: ACCEPTED, RUNTIME_ERROR\n",
        GOOD + "pass\n" * 60,
    ],
)
def test_a_head_that_is_not_understood_is_refused(source: str) -> None:
    with pytest.raises(BadHead):
        parse_attack("group", "name", source)


def test_a_touched_canary_is_noticed() -> None:
    with planted(None) as canaries:
        assert canaries.touched() == []
        with socket.create_connection(("127.0.0.1", canaries.port)):
            assert len(canaries.touched()) == 1
        with socket.socket(socket.AF_UNIX) as visitor:
            visitor.connect(canaries.listeners[1].getsockname())
            assert len(canaries.touched()) == 1
        canaries.files[0].write_text("changed")
        canaries.process.terminate()
        canaries.process.wait()
        assert len(canaries.touched()) == 2
        told = f"... {canaries.secrets['environment']} {canaries.secrets['answer']}".encode()
        assert canaries.told_in(told) == ["environment", "answer"]


def test_a_change_of_the_host_is_noticed(target: Target) -> None:
    service, folder = target.service, target.canaries.daemon_folder
    before = look_at_rest(service, folder)
    assert before.processes
    assert before.cgroups or before.containers  # gVisor has no cgroups to attack
    assert sum(before.containers.values()) in (0, SANDBOXES)
    assert differences(before, service, folder, 0.0) == []
    left = [folder / "left", Path("/dev/shm", f"left-by-{os.getpid()}")]
    for path in left:
        path.touch()
        os.chown(path, ID_BASE + 1, ID_BASE + 1)
    try:
        assert [line.partition(":")[0] for line in differences(before, service, folder, 0.0)] == ["files"] * 2
    finally:
        for path in left:
            path.unlink()
    assert differences(before, service, folder) == []
