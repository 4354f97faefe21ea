"""Records of the audit store: which are asked for, from a message, and what is recorded, to one."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from verifier.v1 import audit_service_pb2 as wire
from verifier.v1 import problem_pb2, result_pb2
from verifierd.api.convert.enums import VERDICT_FROM_PROTO, VERDICT_TO_PROTO
from verifierd.api.convert.fields import identifier, known_enum, refuse_others, under
from verifierd.api.convert.problems import limits_to_proto
from verifierd.api.convert.results import cut_outputs, duration, execution_to_proto, sendable, timestamp
from verifierd.audit.bodies import Part
from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.pages import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Asked
from verifierd.audit.recorded import RecordedExecution
from verifierd.audit.search_index import check_search
from verifierd.audit.wrong_input import BadSearch
from verifierd.errors import InvalidField

MAX_TEXT_CHARS = 1000
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799  # years 1 to 9999
SECOND_NS = 1_000_000_000


def execution_filter_from_proto(message: wire.ExecutionFilter, path: str) -> ExecutionFilter:
    """Return which records are meant, of whatever tenant: whose a caller sees is not this module's to say.

    Raises:
        InvalidField: a field is malformed, or not supported by this server.
    """
    names = ("batch_id", "problem_id", "candidate_id", "test_id", "language", "worker_id", "sandbox_id")
    refuse_others(message, path, *names, "verdicts", "recorded_from", "recorded_until", "text", "tenant")
    verdicts = []
    for index, number in enumerate(message.verdicts):
        at = under(path, f"verdicts[{index}]")
        known_enum(number, at, result_pb2.Verdict.DESCRIPTOR)
        if number not in VERDICT_FROM_PROTO:
            raise InvalidField(at, "it is no verdict", ", ".join(each.name for each in VERDICT_TO_PROTO))
        verdicts.append(VERDICT_FROM_PROTO[number])
    from_ns = until_ns = None
    if message.HasField("recorded_from"):
        from_ns = timestamp_ns(message.recorded_from, under(path, "recorded_from"))
    if message.HasField("recorded_until"):
        until_ns = timestamp_ns(message.recorded_until, under(path, "recorded_until"))
    return ExecutionFilter(
        **{name: identifier(getattr(message, name), under(path, name), required=False) for name in names},
        verdicts=tuple(dict.fromkeys(verdicts)),
        recorded_from_ns=from_ns,
        recorded_until_ns=until_ns,
        text=_words(message.text, under(path, "text")),
    )


def page_from_proto(size: int | None, token: str) -> Asked:
    """Return which page is asked for. Whether its token is one is seen when it is read.

    Raises:
        InvalidField: the size is out of range.
    """
    if size is not None and not 1 <= size <= MAX_PAGE_SIZE:
        raise InvalidField("page_size", f"it is {size}", f"1 to {MAX_PAGE_SIZE}, or leave it out")
    return Asked(DEFAULT_PAGE_SIZE if size is None else size, token)


def timestamp_ns(message: Timestamp, path: str) -> int:
    """Return a point in time in nanoseconds since the epoch, which may take more than 64 bits.

    Raises:
        InvalidField: it is none.
    """
    if not (FIRST_SECOND <= message.seconds <= LAST_SECOND and 0 <= message.nanos < SECOND_NS):
        raise InvalidField(
            path,
            f"{message.seconds} s and {message.nanos} ns make no Timestamp",
            "the years 1 to 9999, and nanos from 0 to 999999999",
        )
    return message.seconds * SECOND_NS + message.nanos


def record_to_proto(record: RecordedExecution, max_bytes: int) -> wire.ExecutionRecord:
    """Return the message of a record, its outputs cut so that it stays below `max_bytes`.

    Where the record itself cannot be read it has what is known all the same, and `result.detail` says why.
    """
    row, begun, judged, result = record.row, record.begun, record.judged, record.result
    message = wire.ExecutionRecord(
        id=row.name,
        sequence=row.sequence,
        recorded_at=timestamp(row.recorded_at_ns),
        batch_id=row.batch_id,
        problem_id=row.problem_id,
        candidate_id=row.candidate_id,
        language=row.language,
    )
    if judged is not None and result is not None:
        message.program_digest.hash = judged.program_sha256
        message.result.CopyFrom(execution_to_proto(result))
    else:
        message.result.test_id = row.test_id
        message.result.verdict = VERDICT_TO_PROTO[row.verdict]
        message.result.detail = sendable("; ".join(record.lost))
        message.result.usage.CopyFrom(
            result_pb2.Usage(
                cpu_time=duration(row.cpu_time_ns),
                wall_time=duration(row.wall_time_ns),
                peak_memory_bytes=row.peak_memory_bytes,
            )
        )
        message.result.sandbox_id, message.result.backend = row.sandbox_id, row.backend
    message.result.worker_id = row.worker_id
    if begun is not None:
        message.problem_digest.CopyFrom(
            problem_pb2.Digest(hash=begun.problem_sha256, size_bytes=begun.problem_size_bytes)
        )
        message.limits.CopyFrom(limits_to_proto(begun.limits))
        message.tenant = begun.asker.tenant
        message.requested_by = begun.asker.requested_by
        message.trace_id = begun.asker.trace_id
    if record.record is not None:
        message.previous_hash, message.hash = record.record.previous_hash, record.record.hash
    if message.ByteSize() > max_bytes:
        cut_outputs([message.result], max_bytes)
    return message


def source_of(record: RecordedExecution) -> bytes | None:
    """Return the program that ran; None where it is gone."""
    if record.judged is None or record.has_lost(Part.SOURCE):
        return None
    return record.judged.candidate.source.encode(errors="surrogatepass")


def _words(text: str, path: str) -> str:
    if len(text) > MAX_TEXT_CHARS:
        raise InvalidField(path, f"it has {len(text)} characters", f"up to {MAX_TEXT_CHARS}")
    try:
        if text:
            check_search(text)
    except BadSearch as error:
        raise InvalidField(path, error.problem, error.allowed) from None
    return text
