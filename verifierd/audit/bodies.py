"""Every entry as the JSON body of its record, and back; programs, outputs and messages are in blobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

from verifierd.audit.entries import (
    BatchAbandoned,
    BatchBegun,
    BatchEnded,
    BatchStarted,
    CancelAsked,
    CandidateJudged,
    Entry,
    HoldChanged,
    RecordsRemoved,
)
from verifierd.audit.outputs import NOTHING, Output, join_outputs, split_outputs
from verifierd.audit.plain import LeftOut, from_plain, to_plain
from verifierd.model import Candidate, ExecutionResult

KINDS: Mapping[str, type] = {
    "batch_begun": BatchBegun,
    "batch_started": BatchStarted,
    "candidate_judged": CandidateJudged,
    "batch_ended": BatchEnded,
    "batch_abandoned": BatchAbandoned,
    "cancel_asked": CancelAsked,
    "hold_changed": HoldChanged,
    "records_removed": RecordsRemoved,
}
_KIND_OF = {entry: kind for kind, entry in KINDS.items()}
_IN_BLOBS: LeftOut = {
    BatchBegun: frozenset({"request", "problem"}),
    Candidate: frozenset({"source"}),
    ExecutionResult: frozenset({"stdout", "stderr", "actual"}),
}


class Part(Enum):
    """A part of an entry that is kept in a blob; its value is the name that the body has for it."""

    REQUEST = "request"
    PROBLEM = "problem"
    SOURCE = "source"
    OUTPUTS = "outputs"


@dataclass(frozen=True, slots=True)
class BlobName:
    """A blob by the SHA-256 of its bytes, 64 lower-case hexadecimal digits, and how many bytes there are."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Body:
    """What a record says: its kind, its JSON, and the bytes of the blobs that the JSON names, by SHA-256."""

    kind: str
    json: bytes
    names: Mapping[Part, BlobName]
    contents: Mapping[str, bytes]


def batch_of(entry: Entry) -> str:
    """Return the batch that an entry is of; empty where it is of none."""
    if isinstance(entry, BatchEnded):
        return entry.event.batch_id
    return "" if isinstance(entry, RecordsRemoved) else entry.batch_id


def time_of(entry: Entry) -> int:
    """Return when an entry happened, in epoch nanoseconds: what its record has as its time."""
    return entry.submitted_at_ns if isinstance(entry, BatchBegun) else entry.occurred_at_ns


def body_of(entry: Entry) -> Body:
    """Return what the record of an entry says.

    Raises:
        TypeError: the entry holds a value that has no form in JSON.
    """
    form = to_plain(entry, _IN_BLOBS)
    parts: dict[Part, bytes] = {}
    sizes: Any = None
    if isinstance(entry, BatchBegun):
        parts = {Part.REQUEST: entry.request, Part.PROBLEM: entry.problem}
        parts = {part: content for part, content in parts.items() if content}
    elif isinstance(entry, CandidateJudged):
        parts[Part.SOURCE] = entry.candidate.source.encode("utf-8", "surrogatepass")
        outputs, sizes = join_outputs(
            Output(each.stdout, each.stderr, each.actual) for each in entry.result.executions
        )
        if outputs:
            parts[Part.OUTPUTS] = outputs
    names = {part: _name(content) for part, content in parts.items()}
    for part, name in names.items():
        form[part.value] = {"sha256": name.sha256, "size_bytes": name.size_bytes}
    if Part.OUTPUTS in names:
        form[Part.OUTPUTS.value]["sizes"] = sizes
    return Body(
        kind=_KIND_OF[type(entry)],
        json=json.dumps(form, separators=(",", ":"), allow_nan=False).encode(),
        names=names,
        contents={names[part].sha256: content for part, content in parts.items()},
    )


Fetch = Callable[[Part, BlobName], bytes | None]
"""Gives the bytes of a blob, or None for a part that is to stay empty."""


def entry_of(kind: str, body: bytes, fetch: Fetch) -> Entry:
    """Return the entry that a record was made from; of its blobs those that `fetch` gives.

    Raises:
        ValueError: the body is none of this kind, or an outputs' blob has other sizes than it says.
    """
    if kind not in KINDS:
        raise ValueError(f"records of kind {kind[:40]!r} are unknown to this verifierd; upgrade it")
    try:
        form = json.loads(body)
    except RecursionError:
        raise ValueError("its body nests too deeply") from None
    if not isinstance(form, dict):
        raise ValueError("its body is no JSON object")
    fetched = {part: fetch(part, name) for part, name in blob_names(kind, form).items()}
    if kind == "batch_begun":
        form["request"] = fetched.get(Part.REQUEST) or b""
        form["problem"] = fetched.get(Part.PROBLEM) or b""
    elif kind == "candidate_judged":
        try:
            form["candidate"]["source"] = (fetched.get(Part.SOURCE) or b"").decode("utf-8", "surrogatepass")
            _put_outputs(form, fetched.get(Part.OUTPUTS))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"its body is no candidate's: {error!r}") from None
    entry: Entry = from_plain(KINDS[kind], form)
    return entry


def blob_names(kind: str, form: Mapping[str, Any]) -> dict[Part, BlobName]:
    """Return the blobs that a record's body, parsed, names.

    Raises:
        ValueError: it names one in a form that is none.
    """
    parts = {
        "batch_begun": (Part.REQUEST, Part.PROBLEM),
        "candidate_judged": (Part.SOURCE, Part.OUTPUTS),
    }.get(kind, ())
    named = {part: form[part.value] for part in parts if form.get(part.value)}
    try:
        return {
            part: BlobName(from_plain(str, name["sha256"]), from_plain(int, name["size_bytes"]))
            for part, name in named.items()
        }
    except (KeyError, TypeError) as error:
        raise ValueError(f"its body names a blob in a form that is none: {error!r}") from None


def _name(content: bytes) -> BlobName:
    return BlobName(sha256(content).hexdigest(), len(content))


def _put_outputs(form: dict[str, Any], blob: bytes | None) -> None:
    executions = form["result"]["executions"]
    outputs = [NOTHING] * len(executions)
    if blob is not None:
        outputs = split_outputs(blob, form[Part.OUTPUTS.value]["sizes"])
    if len(outputs) != len(executions):
        raise ValueError(f"it has outputs of {len(outputs)} executions, and {len(executions)} executions")
    for execution, output in zip(executions, outputs, strict=True):
        execution.update(stdout=output.stdout, stderr=output.stderr, actual=output.actual)
