"""Which of the pinned releases an image needs: those that the service and some of its extras ask for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

OWN = {"verifierd": ".", "verifier-proto": "proto", "verifierd-client": "clients/python"}
# What front ends and workers of a fleet use.
IN_IMAGES = "verifierd[jetstream,postgresql,s3,tracing]"
_BLOCK = re.compile(r"(?ms)^([A-Za-z0-9._-]+)==(\S+).*?(?=^[A-Za-z0-9]|\Z)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ASKED_BY = re.compile(r"(?m)^ +#(?: via)? +([A-Za-z0-9._-]+)$")


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned release: the SHA-256 of each of its files, and which other releases ask for it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    asked_by: frozenset[NormalizedName] = frozenset()

    def __str__(self) -> str:
        """Return it as a lock has it."""
        lines = [f"{self.name}=={self.version}", *(f"    --hash=sha256:{each}" for each in self.hashes)]
        return " \\\n".join(lines)


def read_lock(text: str) -> dict[NormalizedName, Pin]:
    """Return the pins of a lock that pip-compile wrote, by their normalized names."""
    return {
        canonicalize_name(block[1]): Pin(
            name=block[1],
            version=block[2],
            hashes=tuple(_HASH.findall(block[0])),
            asked_by=frozenset(map(canonicalize_name, _ASKED_BY.findall(block[0]))),
        )
        for block in _BLOCK.finditer(text)
    }


def needed(root: Path, lock: Mapping[NormalizedName, Pin], what: str) -> list[Pin]:
    """Return the pins that one of our distributions needs, such as `verifierd[s3]`, by name.

    What ours ask for stands in the checkout, what the others ask for in the lock. Where one asks for another
    only with an extra of its own, that is in as well.

    Raises:
        KeyError: something that is asked for is not pinned.
    """
    names = {canonicalize_name(each.name) for each in _asked_by_own(root, Requirement(what))}
    found = {name: lock[name] for name in names}
    while further := {name for name, pin in lock.items() if pin.asked_by & found.keys()} - found.keys():
        found |= {name: lock[name] for name in further}
    return [found[name] for name in sorted(found)]


def _asked_by_own(root: Path, wanted: Requirement) -> Iterator[Requirement]:
    """Yield what others are asked for by one of ours, and by those of ours that it asks for."""
    project = tomllib.loads((root / OWN[wanted.name] / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    for line in [*project["dependencies"], *(line for extra in wanted.extras for line in extras[extra])]:
        further = Requirement(line)
        if further.name in OWN:
            yield from _asked_by_own(root, further)
        else:
            yield further
