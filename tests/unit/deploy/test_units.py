"""The systemd units: systemd itself reads them, and they stop as the programs that they start do."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from verifierd.config.settings import Settings

UNITS = sorted((Path(__file__).resolve().parents[3] / "deploy" / "systemd").glob("*.service"))
INSTALLED = "/opt/verifierd"
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd-analyze (apt-get install systemd)"
)


def service(unit: Path) -> configparser.SectionProxy:
    """A unit's [Service]; of a key that stands twice, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, "utf-8")
    return parser["Service"]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "verifierd"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace(INSTALLED, str(tmp_path)), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_gives_a_drain_its_time(unit: Path) -> None:
    assert service(unit)["KillMode"] == "mixed", "SIGTERM is for the daemon, whose sandboxes go on meanwhile"
    assert float(service(unit)["TimeoutStopSec"]) > Settings().server.drain_timeout_s


@pytest.mark.parametrize(
    "unit", [each for each in UNITS if "Delegate" in service(each)], ids=lambda unit: unit.stem
)
def test_a_unit_with_sandboxes_has_groups_below_its_own_and_an_unmasked_proc(unit: Path) -> None:
    of_unit = service(unit)
    assert of_unit["Environment"] == "VERIFIERD_SANDBOX__CGROUP_ROOT=system.slice/%n"
    assert of_unit["Slice"] == "system.slice"
    assert of_unit["OOMPolicy"] == "continue"
    breaking = {
        "ProtectKernelTunables",
        "ProtectKernelLogs",
        "ProtectProc",
        "ProcSubset",
        "ProtectControlGroups",
    }
    assert breaking & {*of_unit} == set()
