"""Bills of materials in CycloneDX's form: what a wheel needs, and what an image holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy.release.pins import Pin

_SPACE = uuid.UUID("4b3c9d0e-51f5-4f5e-9a43-2a8b5d0f6c11")  # of our serial numbers


@dataclass(frozen=True, slots=True)
class SystemPackage:
    """One package of the distribution in an image."""

    name: str
    version: str
    architecture: str


def bill(
    name: str,
    version: str,
    made_at_s: int,
    pins: Iterable[Pin],
    packages: Iterable[SystemPackage] = (),
    *,
    kind: ComponentType = ComponentType.APPLICATION,
) -> str:
    """Return the bill of something as JSON; `made_at_s` is Unix time. The same contents give the same text.

    Hashes of files are the lock's to say: a release has several, and the host decides which one is installed.
    """
    subject = Component(name=name, version=version, type=kind, bom_ref=f"{name}@{version}")
    components = [*map(_of_pin, pins), *map(_of_package, packages)]
    bom = Bom(
        components=components,
        serial_number=uuid.uuid5(_SPACE, f"{name}@{version}@{made_at_s}"),
        metadata=BomMetaData(component=subject, timestamp=datetime.fromtimestamp(made_at_s, UTC)),
    )
    bom.register_dependency(subject, components)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _of_pin(pin: Pin) -> Component:
    url = PackageURL("pypi", name=pin.name.lower(), version=pin.version)
    return Component(
        name=pin.name,
        version=pin.version,
        purl=url,
        bom_ref=url.to_string(),
    )


def _of_package(package: SystemPackage) -> Component:
    url = PackageURL("deb", "debian", package.name, package.version, {"arch": package.architecture})
    return Component(name=package.name, version=package.version, purl=url, bom_ref=url.to_string())
