"""What a host lacks is said once, with a way for who is root and for who is not."""

from __future__ import annotations

import pytest

from sandboxes import cgroups, host
from sandboxes.findings import Finding, HostReport
from sandboxes.host import examine
from sandboxes.settings import SandboxSettings
from verifierd.daemon import HostUnusable


@pytest.fixture
def no_cgroups(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(*_: object) -> None:
        raise cgroups.CgroupUnavailable("no cgroup can be made")

    monkeypatch.setattr(cgroups, "find_hierarchy", unavailable)


def test_limits_that_cannot_hold_are_told_once_with_the_way_without_root(no_cgroups: None) -> None:
    message = str(HostUnusable(examine(SandboxSettings())))
    assert "limit: cpu, memory, processes: no cgroup can be made; " in message
    assert message.count("no cgroup can be made") == 1
    assert message.count("VERIFIERD_SANDBOX__ALLOW_UNENFORCED=cpu,memory,processes") == 1


def test_limits_that_may_go_are_not_grouped_with_those_that_must_hold(no_cgroups: None) -> None:
    settings = SandboxSettings(unenforced_limits_allowed=frozenset({"cpu"}))
    limits = [each for each in examine(settings).grouped if each.what.startswith("limit")]
    assert [(each.what, each.required) for each in limits] == [
        ("limit: cpu", False),
        ("limit: memory, processes", True),
    ]


def test_what_is_fine_stands_alone() -> None:
    fine = tuple(Finding(f"limit: {name}", True, "cgroup v2", "", required=True) for name in "ab")
    assert HostReport(fine).grouped == fine


@pytest.mark.parametrize(
    ("python", "detail", "remedy"),
    [
        (
            "/opt/nope",
            "/opt/nope is not below /usr",
            "setting sandbox.python name Python 3.11 or newer",
        ),
        ("/usr/bin/nope", "/usr/bin/nope is not there", "or leave it unset"),
    ],
)
def test_a_python_that_is_configured_and_cannot_run_is_the_settings_matter(
    python: str, detail: str, remedy: str
) -> None:
    (finding,) = [
        each for each in host._python(SandboxSettings(python=python)) if each.what == "Python for candidates"
    ]
    assert detail in finding.detail
    assert remedy in finding.remedy
    assert "apt-get" not in finding.detail + finding.remedy
