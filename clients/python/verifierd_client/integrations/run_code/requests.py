"""A request to run code: its JSON checked, and what the service is asked for its sake.

The fields and their defaults are those of RunCodeRequest in bytedance/SandboxFusion,
sandbox/server/sandbox_api.py.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifierd_client.problems import Candidate, FilesTest, Limits, Problem, StdioTest

LANGUAGES = {
    "python": "python",
    "cpp": "cpp17",
    "nodejs": "javascript",
    "js": "javascript",
    "typescript": "typescript",
    "ts": "typescript",
    "go": "go",
    "java": "java",
    "rust": "rust",
    "php": "php",
    "perl": "perl",
    "ruby": "ruby",
    "lean": "lean",
}
"""SandboxFusion's names, and the service's."""

OUTPUT_BYTES = 4 << 20  # SandboxFusion keeps 1 MiB, and lets the program run on
UNLIMITED = -1
LARGEST_S = 1e9


class BadRequest(ValueError):
    """A request that is not as it should be. The message names the field and what is allowed."""


@dataclass(frozen=True, slots=True)
class RunCode:
    """What to run.

    Attributes:
        code: the program.
        language: one of LANGUAGES.
        stdin: what it is given on standard input.
        compile_timeout_s: seconds; the service bounds compilers by itself.
        run_timeout_s: seconds of CPU time that the program may use. It may wait so long, too, and as long as
            it may be compiled: then callers that add both are still there.
        memory_mib: MiB that it may use; None: what the service allows by default.
        files: what is in its working directory, by path.
        fetch_files: paths whose content is wanted afterwards.
    """

    code: str
    language: str
    stdin: str = ""
    compile_timeout_s: float = 10.0
    run_timeout_s: float = 10.0
    memory_mib: int | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    fetch_files: tuple[str, ...] = ()

    def problem(self) -> Problem:
        """Return a problem whose one test runs the code. Its verdict means nothing."""
        limits = Limits(
            cpu_time_s=self.run_timeout_s,
            wall_time_s=self.run_timeout_s + self.compile_timeout_s,
            memory_bytes=None if self.memory_mib is None else self.memory_mib << 20,
            output_bytes=OUTPUT_BYTES,
        )
        looked_at = self.fetch_files or tuple(self.files)[:1]  # the service wants one at least
        if not looked_at:
            return Problem("run_code", [StdioTest(self.stdin, "")], limits)
        return Problem("run_code", [FilesTest(dict.fromkeys(looked_at, b""), self.files, self.stdin)], limits)

    def candidate(self) -> Candidate:
        """Return the code."""
        return Candidate(self.code, LANGUAGES[self.language])


def read_request(body: Any) -> RunCode:
    """Return what a request's JSON asks for. Unknown fields are passed over, as SandboxFusion does.

    Raises:
        BadRequest: a field is missing, of the wrong type, or has a value that is not offered.
    """
    if not isinstance(body, Mapping):
        raise BadRequest("the body must be a JSON object")
    language = _text(body, "language")
    if language not in LANGUAGES:
        raise BadRequest(f"language {language[:40]!r} is not offered; allowed: {', '.join(LANGUAGES)}")
    if body.get("args"):
        raise BadRequest("args are for pytest, which is not offered; leave them out")
    given = body.get("memory_limit_MB")
    memory_mib = UNLIMITED if given is None else given  # verl sends null where it is told of no limit
    if type(memory_mib) is not int or (memory_mib < 1 and memory_mib != UNLIMITED):
        raise BadRequest(f"memory_limit_MB must be a whole number of at least 1, or {UNLIMITED}")
    fetch_files = body.get("fetch_files") or []
    if not isinstance(fetch_files, list) or not all(isinstance(path, str) for path in fetch_files):
        raise BadRequest("fetch_files must be a list of paths")
    return RunCode(
        code=_text(body, "code"),
        language=language,
        stdin="" if body.get("stdin") is None else _text(body, "stdin"),
        compile_timeout_s=_seconds(body, "compile_timeout"),
        run_timeout_s=_seconds(body, "run_timeout"),
        memory_mib=None if memory_mib == UNLIMITED else memory_mib,
        files=_files(body.get("files") or {}),
        fetch_files=tuple(dict.fromkeys(fetch_files)),
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    if not isinstance(value := body.get(name), str):
        raise BadRequest(f"{name} must be text, and is {'missing' if name not in body else repr(value)[:40]}")
    return value


def _seconds(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name, 10)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 < value <= LARGEST_S:
        raise BadRequest(
            f"{name} must be a number of seconds above 0, up to {LARGEST_S:g}, and is {repr(value)[:40]}"
        )
    return float(value)


def _files(held: Any) -> dict[str, bytes]:
    """Return the contents of files, which come as base64. Those that are null are left out, as there."""
    if not isinstance(held, Mapping):
        raise BadRequest("files must be an object of paths and contents in base64")
    files = {}
    for path, content in held.items():
        if content is None:
            continue
        try:
            files[path] = base64.b64decode(content, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise BadRequest(f"files: the content of {path[:80]!r} must be base64") from None
    return files
