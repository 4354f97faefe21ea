"""Probe inputs: inputs without an expected output, run on every candidate only to see what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandboxes.model import Program

MAX_PROBES = 50
"""Probe inputs that are run where a problem names no other number."""
MOST_PROBES = 200
"""The largest number that it may name: each input takes memory for each candidate of a batch."""


@dataclass(frozen=True, slots=True)
class StdinProbe:
    """Bytes on standard input."""

    stdin: bytes


@dataclass(frozen=True, slots=True)
class CallProbe:
    """A function called with typed values; with a `class_name` a method of an object of that class."""

    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    class_name: str = ""


ProbeBody = StdinProbe | CallProbe


@dataclass(frozen=True, slots=True)
class ProbeInput:
    """One input. `id` is unique among its problem's probe inputs."""

    id: str
    body: ProbeBody


@dataclass(frozen=True, slots=True)
class Probes:
    """Where probe inputs come from: given, made from those of the tests, printed by a program.

    At most `max_inputs` of them are run on every candidate: those that tell candidates apart.
    """

    inputs: tuple[ProbeInput, ...] = ()
    mutate_tests: bool = False
    generator: Program | None = None
    max_inputs: int = MAX_PROBES
