"""A release, step by step: what lies in `dist/` afterwards."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cyclonedx.model.component import ComponentType
from packaging.utils import parse_wheel_filename

from deploy.release.images import TARGETS, Engine
from deploy.release.materials import bill
from deploy.release.pins import IN_IMAGES, OWN, Pin, needed, read_lock
from deploy.release.versions import changes_of, version_of
from deploy.release.wheels import build_wheels, fetch, head, revision, sha256, time_of

LOCK = "requirements/dev.lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What kind of release.

    Attributes:
        is_draft: of the last commit, whatever is not committed, and of a version without a day.
        base: what the images are built on; None: what mmdebstrap makes.
        engine: what builds them; None: there are to be none.
        say: is told what there is to know on the way.
    """

    is_draft: bool
    base: str | None
    engine: Engine | None
    say: Callable[[str], None]


def make(root: Path, into: Path, wanted: Wanted) -> list[Path]:
    """Make a release of a checkout in an empty folder, and return its files.

    Raises:
        NotReleasable: something keeps it from being made.
    """
    version = version_of(root)
    changes = changes_of(root, version, dated=not wanted.is_draft)
    commit = head(root) if wanted.is_draft else revision(root)
    wanted.say(f"verifierd {version}, commit {commit[:12]}")
    wheels = build_wheels(root, commit, into)
    (into / "CHANGES.md").write_text(f"{changes}\n", "utf-8")
    lock = read_lock((root / LOCK).read_text("utf-8"))
    for name in OWN:
        of_wheel = bill(name, version, time_of(root, commit), needed(root, lock, name))
        (into / f"{name}-{version}.cdx.json").write_text(of_wheel, "utf-8")
    pins = needed(root, lock, IN_IMAGES)
    locked = into / f"verifierd-{version}.lock"
    locked.write_text("".join(f"{pin}\n" for pin in (*pins, *_pins_of(wheels))), "utf-8")
    if wanted.engine is not None:
        _make_images(root, into, wanted.engine, wanted, version, commit, pins)
    made = sorted(into.iterdir())
    sums = into / "SHA256SUMS"
    sums.write_text("".join(f"{sha256(path)}  {path.name}\n" for path in made), "utf-8")
    return [*made, sums]


def _make_images(
    root: Path, into: Path, engine: Engine, wanted: Wanted, version: str, commit: str, pins: list[Pin]
) -> None:
    made_at_s = time_of(root, commit)
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        context = Path(folder)
        locked = into / f"verifierd-{version}.lock"
        fetch(locked, context / "dist/wheels", into)
        shutil.copy(locked, context / "dist/image.lock")
        shutil.copytree(root / "deploy/images", context / "deploy/images")
        suite = platform.freedesktop_os_release().get("VERSION_CODENAME", "bookworm")
        base = wanted.base or engine.base(root / "deploy/images/base.packages", suite, made_at_s, context)
        for target in TARGETS:
            image = engine.build(target, context, base, version, commit)
            wanted.say(f"{image.name}: {image.id}")
            engine.save(image, into)
            name = f"verifierd-{target}"
            held = bill(name, version, made_at_s, pins, image.packages, kind=ComponentType.CONTAINER)
            (into / f"{name}-{version}.cdx.json").write_text(held, "utf-8")


def _pins_of(wheels: list[Path]) -> Iterator[Pin]:
    """Yield our own wheels as pins, so that who installs by a lock takes these and no others."""
    for wheel in wheels:
        name, version, *_ = parse_wheel_filename(wheel.name)
        yield Pin(name, str(version), (sha256(wheel),))
