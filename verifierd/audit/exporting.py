"""Records as a file for other tools, JSON lines or Parquet, in pieces: a page of them is in memory."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from verifierd.audit.bodies import Part
from verifierd.audit.outputs import Output, join_outputs
from verifierd.audit.recorded import RecordedExecution
from verifierd.json_text import json_text
from verifierd.model import ExecutionResult

PIECE_BYTES = 1 << 20
ROWS_OF_A_GROUP = 2000
FORMATS = ("jsonl", "parquet")
_TEXTS = [
    "id",
    "recorded_at",
    "batch_id",
    "problem_id",
    "problem_sha256",
    "candidate_id",
    "test_id",
    "language",
    "program_sha256",
    "verdict",
    "checker",
    "detail",
    "killed_by",
    "behaviour",
    "worker_id",
    "sandbox_id",
    "backend",
    "image_digest",
    "tenant",
    "requested_by",
    "trace_id",
    "previous_hash",
    "hash",
    "lost",
]
_NUMBERS = [
    "sequence",
    "exit_code",
    "term_signal",
    "cpu_time_ns",
    "wall_time_ns",
    "peak_memory_bytes",
    "queued_at_ns",
    "started_at_ns",
    "ended_at_ns",
    "attempts",
    "stdout_total_bytes",
    "stderr_total_bytes",
]
_LIMITS = [
    "cpu_time_ns",
    "wall_time_ns",
    "memory_bytes",
    "output_bytes",
    "processes",
    "open_files",
    "disk_bytes",
]


class NoParquet(Exception):
    """The library that writes Parquet is not installed."""

    def __init__(self) -> None:
        """Say what to install."""
        super().__init__("Parquet needs pyarrow: pip install 'verifierd[parquet]'")


def check_format(form: str) -> None:
    """Raise NoParquet where this host cannot write the format."""
    if form == "parquet":
        _arrow()


def pieces(records: Iterable[RecordedExecution], form: str, with_blobs: bool) -> Iterator[bytes]:
    """Yield the file's bytes, up to `PIECE_BYTES` at a time; at least the format's own where nothing matches.

    A record that cannot be read is told of by what is known of it, and by `lost`.

    Args:
        records: in the order of the file.
        form: one of `FORMATS`.
        with_blobs: with programs and outputs.

    Raises:
        NoParquet: the format is Parquet, whose library is missing; and what `records` raises.
    """
    parts = _parquet(records, with_blobs) if form == "parquet" else _json_lines(records, with_blobs)
    waiting = bytearray()
    for part in parts:
        waiting += part
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
    if waiting:
        yield bytes(waiting)


def as_row(record: RecordedExecution, with_blobs: bool) -> dict[str, Any]:
    """Return a record as a row: what is absent is null or left out, what is bytes stays bytes."""
    row, begun, judged, result = record.row, record.begun, record.judged, record.result
    told: dict[str, Any] = {
        "id": row.name,
        "sequence": row.sequence,
        "recorded_at": rfc3339(row.recorded_at_ns),
        "batch_id": row.batch_id,
        "problem_id": row.problem_id,
        "problem_sha256": begun and begun.problem_sha256,
        "candidate_id": row.candidate_id,
        "test_id": row.test_id,
        "language": row.language,
        "program_sha256": judged and judged.program_sha256,
        "verdict": row.verdict.name,
        "cpu_time_ns": row.cpu_time_ns,
        "wall_time_ns": row.wall_time_ns,
        "peak_memory_bytes": row.peak_memory_bytes,
        "worker_id": row.worker_id or None,
        "sandbox_id": row.sandbox_id or None,
        "backend": row.backend or None,
        **_evidence(result),
        "limits": begun and {name: getattr(begun.limits, name) for name in _LIMITS},
        "tenant": (begun and begun.asker.tenant) or None,
        "requested_by": (begun and begun.asker.requested_by) or None,
        "trace_id": (begun and begun.asker.trace_id) or None,
        "previous_hash": record.record and record.record.previous_hash.hex(),
        "hash": record.record and record.record.hash.hex(),
        "lost": "; ".join(record.lost) or None,
    }
    return told | _blobs(record) if with_blobs else told


def _evidence(result: ExecutionResult | None) -> dict[str, Any]:
    if result is None:
        return {}
    return {
        "checker": result.checker or None,
        "detail": _sendable(result.detail),
        "exit_code": result.exit_code,
        "term_signal": result.term_signal,
        "killed_by": result.killed_by.name,
        "behaviour": result.behaviour,
        "queued_at_ns": result.queued_at_ns or None,
        "started_at_ns": result.started_at_ns or None,
        "ended_at_ns": result.ended_at_ns or None,
        "attempts": result.attempts,
        "from_cache": result.from_cache,
        "image_digest": result.image_digest or None,
        "stdout_total_bytes": result.stdout_total_bytes,
        "stderr_total_bytes": result.stderr_total_bytes,
    }


def _blobs(record: RecordedExecution) -> dict[str, Any]:
    judged, result = record.judged, record.result
    if judged is None or result is None:
        return {}
    found: dict[str, Any] = {}
    if not record.has_lost(Part.SOURCE):
        found["source"] = judged.candidate.source.encode(errors="surrogatepass")
    if not record.has_lost(Part.OUTPUTS):
        found |= {
            "stdout": result.stdout,
            "stderr": result.stderr,
            "actual": value_as_json(result.actual),
        }
    return found


def rfc3339(epoch_ns: int) -> str:
    """Return a point in time as RFC 3339 has it, to the nanosecond, in UTC."""
    seconds, nanoseconds = divmod(epoch_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def as_json_row(record: RecordedExecution, with_blobs: bool) -> dict[str, Any]:
    """Return a record as JSON has it: bytes as text where they are UTF-8, else as `{"$bytes": base64}`."""
    return {
        name: bytes_as_json(value) if isinstance(value, bytes) else value
        for name, value in as_row(record, with_blobs).items()
    }


def value_as_json(actual: tuple[Any] | None) -> str | None:
    """Return a typed value as the store writes it: JSON, with a tag for what JSON does not have."""
    if actual is None:
        return None
    value, _ = join_outputs([Output(b"", b"", actual)])
    return value.decode()


def _json_lines(records: Iterable[RecordedExecution], with_blobs: bool) -> Iterator[bytes]:
    for record in records:
        yield json_text(as_json_row(record, with_blobs)).encode() + b"\n"


def bytes_as_json(content: bytes) -> Any:
    """Return bytes as text where they are UTF-8, else as `{"$bytes": base64}`."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"$bytes": base64.b64encode(content).decode()}


def _parquet(records: Iterable[RecordedExecution], with_blobs: bool) -> Iterator[bytes]:
    arrow = _arrow()
    from pyarrow.parquet import ParquetWriter

    schema, sink = _schema(arrow, with_blobs), _Sink()
    rows: list[dict[str, Any]] = []
    size_bytes = 0
    with ParquetWriter(arrow.PythonFile(sink, mode="w"), schema) as writer:
        for record in records:
            rows.append(as_row(record, with_blobs))
            size_bytes += sum(len(value) for value in rows[-1].values() if isinstance(value, bytes | str))
            if len(rows) >= ROWS_OF_A_GROUP or size_bytes >= 16 * PIECE_BYTES:
                writer.write_table(arrow.Table.from_pylist(rows, schema))
                rows, size_bytes = [], 0
                yield sink.taken()
        if rows:
            writer.write_table(arrow.Table.from_pylist(rows, schema))
    yield sink.taken()


def _schema(arrow: Any, with_blobs: bool) -> Any:
    types = dict.fromkeys(_TEXTS, arrow.string()) | dict.fromkeys(_NUMBERS, arrow.int64())
    types["limits"] = arrow.struct(dict.fromkeys(_LIMITS, arrow.int64()))
    types["from_cache"] = arrow.bool_()
    if with_blobs:
        types |= dict.fromkeys(("source", "stdout", "stderr"), arrow.binary())
        types["actual"] = arrow.string()
    return arrow.schema(types)


class _Sink:
    """A file that is only written to, and whose bytes are taken away as they come."""

    closed = False

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._written_bytes = 0

    def write(self, content: Any) -> int:
        self._waiting += content
        self._written_bytes += len(content)
        return len(content)

    def tell(self) -> int:
        return self._written_bytes

    def taken(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Nothing is held."""

    def writable(self) -> bool:
        return True


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise NoParquet from None
    return pyarrow


def _sendable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
