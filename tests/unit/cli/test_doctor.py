"""`verifierd doctor` tells every finding and what to do, and its exit code whether sandboxes can run."""

from __future__ import annotations

import pytest

from sandboxes.findings import Finding, HostReport
from tests.unit.cli.conftest import Command
from verifierd.cli import doctor

GOOD = Finding("bubblewrap", True, "bubblewrap 0.8.0", "", required=True)
WEAK = Finding("a uid of its own", False, "user 1000", "run as root", required=False)
BAD = Finding("limit: memory", False, "no cgroup can be made", "sudo make me one", required=True)


@pytest.mark.parametrize(
    ("findings", "code", "usable"), [((GOOD, WEAK), 0, True), ((GOOD, BAD), 1, False), ((GOOD,), 0, True)]
)
def test_the_exit_code_says_whether_sandboxes_can_run(
    command: Command, monkeypatch: pytest.MonkeyPatch, findings: tuple[Finding, ...], code: int, usable: bool
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda settings: HostReport(findings))
    ended = command("doctor", "--json")
    (report,) = ended.json_lines
    assert (ended.code, report["usable"]) == (code, usable)
    assert [finding["what"] for finding in report["findings"]] == [finding.what for finding in findings]


def test_what_is_fine_has_no_remedy(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = Finding("Linux", True, "Linux 6", "run it on Linux", required=True)
    monkeypatch.setattr(doctor, "examine", lambda settings: HostReport((fine, WEAK)))
    (report,) = command("doctor", "--json").json_lines
    assert [finding["remedy"] for finding in report["findings"]] == [None, "run as root"]


def test_each_row_says_what_was_found_and_what_to_do(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda settings: HostReport((GOOD, WEAK, BAD)))
    ended = command("doctor")
    for words in (
        "bubblewrap 0.8.0",
        "better: run as root",
        "cannot run here",
        "limit: memory: sudo make me one",
    ):
        assert words in ended.out
    assert "\x1b" not in ended.out
