"""What a release is made of: one version wherever it stands, a changelog that knows it, complete pins."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deploy.release.materials import SystemPackage, bill
from deploy.release.pins import IN_IMAGES, OWN, needed, read_lock
from deploy.release.versions import (
    CHANGELOG,
    PLACE,
    REPEATS,
    NotReleasable,
    changes_of,
    set_version,
    version_of,
)

ROOT = Path(__file__).resolve().parents[3]
LOCKS = {
    name: read_lock((ROOT / "requirements" / f"{name}.lock").read_text("utf-8"))
    for name in ("dev", "runtime")
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files of a checkout that a version stands in."""
    for path in {*(repeat.path for repeat in REPEATS), CHANGELOG}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def test_the_version_is_the_same_wherever_it_stands_and_the_changelog_knows_it() -> None:
    assert changes_of(ROOT, version_of(ROOT), dated=False)


def test_a_new_version_is_written_everywhere(checkout: Path) -> None:
    set_version(checkout, "3.1.4rc2")
    assert version_of(checkout) == "3.1.4rc2"
    changed = [
        repeat.path for repeat in REPEATS if "3.1.4rc2" not in (checkout / repeat.path).read_text("utf-8")
    ]
    assert changed == []


def test_the_distributions_of_a_new_version_take_each_other_and_no_older_one(checkout: Path) -> None:
    set_version(checkout, "3.1.4rc2")
    asked = [
        Requirement(line)
        for folder in OWN.values()
        for line in tomllib.loads((checkout / folder / PLACE).read_text("utf-8"))["project"]["dependencies"]
    ]
    among_us = [each for each in asked if each.name in OWN]
    assert len(among_us) == 3
    assert all(each.specifier.contains("3.1.4rc2", prereleases=True) for each in among_us)
    assert not any(each.specifier.contains("3.1.3") for each in among_us)


@pytest.mark.parametrize("path", sorted({repeat.path for repeat in REPEATS} - {PLACE}))
def test_a_file_that_was_forgotten_is_named(checkout: Path, path: str) -> None:
    kept = (checkout / path).read_text("utf-8")
    set_version(checkout, "0.9.9")
    (checkout / path).write_text(kept, "utf-8")
    with pytest.raises(NotReleasable, match=rf"{path} has .*version 0\.9\.9"):
        version_of(checkout)


@pytest.mark.parametrize("version", ["", "next", "1.0\n", "v1..0"])
def test_what_is_no_version_is_written_nowhere(checkout: Path, version: str) -> None:
    before = version_of(checkout)
    with pytest.raises(NotReleasable, match="is no version"):
        set_version(checkout, version)
    assert version_of(checkout) == before


def test_what_is_released_has_a_day_in_the_changelog(checkout: Path) -> None:
    log = checkout / CHANGELOG
    log.write_text("# Changelog\n\n## 0.3.0 - unreleased\n\n- A.\n\n## 0.2.0 - 2026-01-31\n\n- B.\n", "utf-8")
    assert changes_of(checkout, "0.2.0", dated=True) == "- B."
    assert changes_of(checkout, "0.3.0", dated=False) == "- A."
    with pytest.raises(NotReleasable, match="put the day"):
        changes_of(checkout, "0.3.0", dated=True)
    with pytest.raises(NotReleasable, match=r"says nothing of 0\.4\.0"):
        changes_of(checkout, "0.4.0", dated=False)


def test_the_service_needs_what_the_runtime_lock_pins() -> None:
    assert {pin.name for pin in needed(ROOT, LOCKS["dev"], "verifierd")} == {
        pin.name for pin in LOCKS["runtime"].values()
    }


def test_images_have_the_extras_of_a_fleet_and_none_of_the_tools() -> None:
    names = {pin.name for pin in needed(ROOT, LOCKS["dev"], IN_IMAGES)}
    assert {"nats-py", "psycopg", "s3fs", "opentelemetry-sdk", "prometheus-client"} <= names
    assert not {"pytest", "mypy", "matplotlib", "docker", "simpy"} & names


def test_a_pin_is_written_as_a_lock_has_it() -> None:
    pins = needed(ROOT, LOCKS["dev"], "verifierd-client")
    assert read_lock("".join(f"{pin}\n" for pin in pins)).keys() == {pin.name for pin in pins}
    assert all(pin.hashes for pin in pins)


def test_a_bill_of_materials_is_the_same_for_the_same_contents_and_names_all_of_them() -> None:
    pins = needed(ROOT, LOCKS["dev"], "verifierd-client")
    packages = [SystemPackage("bubblewrap", "0.8.0-2", "amd64")]
    made = bill("an-image", "1.2.3", 1_800_000_000, pins, packages)
    assert made == bill("an-image", "1.2.3", 1_800_000_000, pins, packages)
    told = json.loads(made)
    assert told["metadata"]["component"]["version"] == "1.2.3"
    assert {each["purl"] for each in told["components"]} == {
        "pkg:deb/debian/bubblewrap@0.8.0-2?arch=amd64",
        *(f"pkg:pypi/{pin.name}@{pin.version}" for pin in pins),
    }
