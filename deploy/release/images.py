"""The images, by a Docker engine and without a network: a base of Debian's packages, two targets on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.release.materials import SystemPackage
from deploy.release.versions import NotReleasable

TARGETS = ("front-end", "worker")
BASE = "verifierd/base"
LIMIT_S = 1200.0
# Of no use to a service, or of the one who builds: /usr/share/doc keeps what licences there are.
LEFT_OUT = ("usr/share/man", "usr/share/locale", "usr/share/info", "var/cache", "var/log", "var/lib/apt")
_QUERY = "${Package}\t${Version}\t${Architecture}\n"


@dataclass(frozen=True, slots=True)
class Image:
    """An image in the engine: its name, its id (a digest of its configuration), its system packages."""

    name: str
    id: str
    packages: tuple[SystemPackage, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine that `docker` speaks to; `address` goes before DOCKER_HOST."""

    address: str | None = None

    def answers(self) -> bool:
        """Return whether there is one, and its command line."""
        if shutil.which("docker") is None:
            return False
        return self._docker("version", check=False).returncode == 0

    def base(self, packages: Path, suite: str, time_s: int, scratch: Path) -> str:
        """Make the base of both images by mmdebstrap, and return its id. Raises NotReleasable.

        Files have no newer time than `time_s`, so that the same packages give the same base.
        """
        names = [line.strip() for line in packages.read_text("utf-8").splitlines()]
        wanted = ",".join(name for name in names if name and not name.startswith("#"))
        tar = scratch / "base.tar"
        left_out = [f"--dpkgopt=path-exclude=/{each}/*" for each in LEFT_OUT[:3]]
        gone = [f'--customize-hook=rm -rf "$1/{each}"; mkdir -p "$1/{each}"' for each in LEFT_OUT[3:]]
        # etc/resolv.conf and etc/hostname are the builder's, and an engine gives each container its own.
        gone.append('--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"')
        _run(
            [
                "mmdebstrap",
                "--quiet",
                "--variant=essential",
                f"--include={wanted}",
                *left_out,
                *gone,
                suite,
                str(tar),
            ],
            environment={"SOURCE_DATE_EPOCH": str(time_s)},
        )
        with tar.open("rb") as content:
            done = self._docker("import", "-", BASE, stdin=content)
        return done.stdout.strip()

    def build(self, target: str, context: Path, base: str, version: str, commit: str) -> Image:
        """Build one target of the Dockerfile on a base, and return the image. Raises NotReleasable."""
        name = f"verifierd/{target}:{version}"
        arguments = {"BASE": base, "VERSION": version, "REVISION": commit}
        self._docker(
            *("build", "--network=none", "--target", target, "--tag", name),
            *(part for key, value in arguments.items() for part in ("--build-arg", f"{key}={value}")),
            *("--file", str(context / "deploy/images/Dockerfile"), str(context)),
            environment={"DOCKER_BUILDKIT": "0"},
        )
        image = json.loads(self._docker("image", "inspect", name).stdout)[0]
        return Image(name, image["Id"], self._packages(name))

    def save(self, image: Image, into: Path) -> Path:
        """Write an image as a tar that `docker load` reads, and return it."""
        path = into / f"{image.name.replace('/', '-').replace(':', '-')}.tar"
        self._docker("save", "--output", str(path), image.name)
        return path

    def _packages(self, image: str) -> tuple[SystemPackage, ...]:
        listed = self._docker(
            *("run", "--rm", "--network=none", "--entrypoint", "dpkg-query", image),
            *("--show", f"--showformat={_QUERY}"),
        )
        return tuple(SystemPackage(*line.split("\t")) for line in listed.stdout.splitlines())

    def _docker(
        self,
        *arguments: str,
        check: bool = True,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
        environment: dict[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        host = ("--host", self.address) if self.address else ()
        return _run(["docker", *host, *arguments], check=check, stdin=stdin, environment=environment)


def _run(
    command: Sequence[str],
    *,
    check: bool = True,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            command,
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
            env=os.environ | (environment or {}),
        )
    except FileNotFoundError:
        raise NotReleasable(f"{command[0]} is not installed: sudo apt-get install {command[0]}") from None
    except subprocess.TimeoutExpired:
        raise NotReleasable(f"{command[0]} did not end within {LIMIT_S / 60:.0f} minutes") from None
    if check and done.returncode:
        raise NotReleasable(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done
