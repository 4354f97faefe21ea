"""An attack: a small hostile program whose head says what it tries and which verdict it must get."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifierd_client import Candidate, Limits, Verdict

FOLDER = Path(__file__).parent
MIB = 1 << 20
LINES_AT_MOST = 60
# Key of a head's `limits:` -> name and type in the client's Limits, and how many of its units one is.
LIMITS: dict[str, tuple[str, type, int]] = {
    "cpu_time_s": ("cpu_time_s", float, 1),
    "wall_time_s": ("wall_time_s", float, 1),
    "memory_mib": ("memory_bytes", int, MIB),
    "output_bytes": ("output_bytes", int, 1),
    "processes": ("processes", int, 1),
    "open_files": ("open_files", int, 1),
    "disk_mib": ("disk_bytes", int, MIB),
}
EXPECTABLE = frozenset(Verdict) - {Verdict.INFRASTRUCTURE_ERROR, Verdict.UNKNOWN, Verdict.CANCELLED}
KEYS = frozenset({"what", "expect", "limits", "stdin", "leaves", "except", "copies", "defect"})
REPEATABLE = frozenset({"except", "defect"})

# What a program's file ends with: the language that it is in, and how a comment begins there.
LANGUAGES = {".py": ("python", "#"), ".c": ("c", "//"), ".cpp": ("cpp20", "//"), ".pl": ("perl", "#")}

_HEAD_LINE = re.compile(r"(?:#|//) ([a-z]+):(?: (.*))?")


class BadHead(Exception):
    """A program's head cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One program with what is expected of it.

    `expected_on` holds other expectations by the backend's name, `defects` why the product does not hold
    yet. `copies` are submitted at once. `stdin` may ask for the port of the host's canary as `{port}`.
    `leaves` is the path of the file that has its answer, instead of standard output.
    """

    group: str
    name: str
    source: str
    what: str
    expected: frozenset[Verdict]
    limits: Limits = field(default_factory=Limits)
    stdin: str = ""
    leaves: str = ""
    copies: int = 1
    ending: str = ".py"
    expected_on: dict[str, frozenset[Verdict]] = field(default_factory=dict)
    defects: dict[str, str] = field(default_factory=dict)

    def expected_by(self, backend: str) -> frozenset[Verdict]:
        return self.expected_on.get(backend, self.expected)

    @property
    def language(self) -> str:
        return LANGUAGES[self.ending][0]

    def programs(self) -> list[Candidate]:
        """Its copies: programs that differ in a comment, so that none is taken for another's duplicate."""
        comment = LANGUAGES[self.ending][1]
        return [
            Candidate(f"{self.source}\n{comment} copy {number}\n", id=str(number), language=self.language)
            for number in range(self.copies)
        ]

    def __str__(self) -> str:
        return f"{self.group}/{self.name}"


def find_attacks() -> list[Attack]:
    """Every program in a group's folder. Raises BadHead."""
    return [read_attack(path) for path in sorted(FOLDER.glob("[a-z]*/*")) if path.suffix in LANGUAGES]


def read_attack(path: Path) -> Attack:
    """Raises BadHead."""
    return parse_attack(path.parent.name, path.stem, path.read_text("utf-8"), path.suffix)


def parse_attack(group: str, name: str, source: str, ending: str = ".py") -> Attack:
    """Read a program's head: its first lines of the form `# key: value`. Raises BadHead."""
    try:
        if len(source.splitlines()) > LINES_AT_MOST:
            raise BadHead(f"it has more than {LINES_AT_MOST} lines")
        head = _head(source, LANGUAGES[ending][1])
        for key in ("what", "expect"):
            if key not in head:
                raise BadHead(f"there is no `{key}`")
        return Attack(
            group=group,
            name=name,
            source=source,
            ending=ending,
            what=head["what"][0],
            expected=_verdicts(head["expect"][0]),
            limits=_limits(head["limits"][0]) if "limits" in head else Limits(),
            stdin=head["stdin"][0] if "stdin" in head else "",
            leaves=head["leaves"][0] if "leaves" in head else "",
            copies=int(head["copies"][0]) if "copies" in head else 1,
            expected_on=dict(map(_exception, head.get("except", []))),
            defects=dict(map(_defect, head.get("defect", []))),
        )
    except (BadHead, ValueError) as error:
        raise BadHead(f"{group}/{name}: {error}") from None


def _head(source: str, comment: str) -> dict[str, list[str]]:
    head: dict[str, list[str]] = {}
    for line in source.splitlines():
        if not line.startswith(comment):
            break
        found = _HEAD_LINE.fullmatch(line)
        if found is None or found[1] not in KEYS or not (found[2] or "").strip():
            raise BadHead(f"`{line}` is none of {', '.join(f'`# {key}: ...`' for key in sorted(KEYS))}")
        if found[1] in head and found[1] not in REPEATABLE:
            raise BadHead(f"`{found[1]}` stands there twice")
        head.setdefault(found[1], []).append(found[2].strip())
    return head


def _verdicts(text: str) -> frozenset[Verdict]:
    found = frozenset(Verdict(name) for name in text.split(" or "))
    if not found <= EXPECTABLE:
        raise BadHead(f"`{text}` names a verdict that no attack may get")
    return found


def _limits(text: str) -> Limits:
    given: dict[str, Any] = {}
    for pair in text.split():
        key, _, value = pair.partition("=")
        if key not in LIMITS:
            raise BadHead(f"there is no limit `{key}`")
        name, kind, units = LIMITS[key]
        given[name] = kind(value) * units
    return Limits(**given)


def _exception(text: str) -> tuple[str, frozenset[Verdict]]:
    backend, _, rest = text.partition(" ")
    verdicts, because, reason = rest.partition(" because ")
    if not because or not reason.strip():
        raise BadHead(f"the exception `{text}` does not say why: BACKEND VERDICT because REASON")
    return backend, _verdicts(verdicts)


def _defect(text: str) -> tuple[str, str]:
    backend, because, reason = text.partition(" because ")
    if not because or not reason.strip() or " " in backend:
        raise BadHead(f"the defect `{text}` does not say why: BACKEND because REASON")
    return backend, reason
