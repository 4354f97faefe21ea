"""The methods of `AuditService`: requests are checked, looked up in threads, and answered in messages."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any, TypeVar

from verifier.v1 import audit_service_pb2 as wire
from verifier.v1.audit_service_pb2_grpc import AuditServiceServicer
from verifierd.api.calls import principal_of, seen_tenant
from verifierd.api.convert.fields import known_enum, refuse_others, shown
from verifierd.api.convert.records import (
    execution_filter_from_proto,
    page_from_proto,
    record_to_proto,
    source_of,
)
from verifierd.audit.bodies import Part
from verifierd.audit.errors import StoreError
from verifierd.audit.exporting import NoParquet, check_format, pieces
from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.finding_executions import executions, token_after
from verifierd.audit.found import MAX_SEQUENCE, first_id
from verifierd.audit.lookups import exported, next_executions, one_execution
from verifierd.audit.pages import Asked, BadPageToken
from verifierd.audit.recorded import NOTHING, SOURCE_AND_OUTPUTS, RecordedExecution, RecordReader
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked as Verified
from verifierd.audit.verifying import Watch, verify_records
from verifierd.audit.verifying.verify import EVERYTHING
from verifierd.errors import InvalidField, NotOffered, RecordsUnavailable, RecordUnreadable, UnknownExecution

Answer = TypeVar("Answer")

THREADS = 4
TAIL_RECORDS = 100
POLL_S = 1.0
EXPORT_FORMATS = {
    wire.EXPORT_FORMAT_UNSPECIFIED: "jsonl",
    wire.EXPORT_FORMAT_JSONL: "jsonl",
    wire.EXPORT_FORMAT_PARQUET: "parquet",
}


class AuditService(AuditServiceServicer):
    """Reads a store. Rejections leave as exceptions, which `Gatekeeper` turns into statuses.

    It has threads of its own, so that a long search never holds up the reading of requests.
    """

    def __init__(self, store: Store, max_message_bytes: int, verified_with: Verified = EVERYTHING) -> None:
        """Read this store; responses take up to half of `max_message_bytes`.

        `verified_with` says what `VerifyRecords` compares the records with beside themselves.
        """
        self._store = store
        self._room_bytes = max_message_bytes // 2
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="audit")
        # One verification at a time: each goes through the whole store.
        self._verifier = ThreadPoolExecutor(1, thread_name_prefix="audit-verify")
        self._verified_with = verified_with
        self._news = asyncio.Event()

    def tell_news(self, *_: object) -> None:
        """Let those who wait for new records look at once; without it they look every `POLL_S` seconds."""
        self._news.set()
        self._news = asyncio.Event()

    async def close(self) -> None:
        """Wait until its threads have ended with what they do: after the server's end, before the store's."""
        for each in (self._threads, self._verifier):
            await asyncio.to_thread(each.shutdown, wait=True, cancel_futures=True)

    async def ListExecutions(
        self, request: wire.ListExecutionsRequest, context: Any
    ) -> wire.ListExecutionsResponse:
        """Answer with a page."""
        refuse_others(request, "", "filter", "page_size", "page_token")
        wanted = _wanted(request.filter, context)
        size = request.page_size if request.HasField("page_size") else None
        asked = page_from_proto(size, request.page_token)

        try:
            return await self._looked_up(self._page, wanted, asked)
        except BadPageToken as error:
            raise InvalidField("page_token", str(error), "`next_page_token` of the page before") from None

    async def GetExecution(
        self, request: wire.GetExecutionRequest, context: Any
    ) -> wire.GetExecutionResponse:
        """Answer with one record, its source and outputs."""
        refuse_others(request, "", "id")
        sees = principal_of(context).sees
        record = await self._looked_up(one_execution, self._store, request.id, SOURCE_AND_OUTPUTS, sees)
        if record is None:
            raise UnknownExecution(shown(request.id))
        if record.judged is None or record.has_lost(Part.OUTPUTS):
            raise RecordUnreadable("; ".join(record.lost))
        return wire.GetExecutionResponse(record=self._message(record), source=source_of(record))

    async def TailExecutions(
        self, request: wire.TailExecutionsRequest, context: Any
    ) -> AsyncGenerator[wire.TailExecutionsResponse, None]:
        """Send records as they come."""
        refuse_others(request, "", "filter", "after_sequence")
        wanted = _wanted(request.filter, context)
        after = _sequence(request, "after_sequence", least=0)
        at = None if after is None else first_id(after + 1) - 1
        while True:
            news = self._news
            before = at
            records, at = await self._looked_up(self._next, wanted, at)
            for record in records:
                yield wire.TailExecutionsResponse(record=record)
            if at == before:
                await _either(news, POLL_S)

    async def ExportExecutions(
        self, request: wire.ExportExecutionsRequest, context: Any
    ) -> AsyncGenerator[wire.ExportExecutionsResponse, None]:
        """Send a file."""
        refuse_others(request, "", "filter", "format", "include_blobs")
        wanted = _wanted(request.filter, context)
        form = EXPORT_FORMATS[
            known_enum(request.format, "format", wire.ExportFormat.DESCRIPTOR)  # type: ignore[index]
        ]
        try:
            await self._looked_up(check_format, form)  # in a thread: it loads a large library
        except NoParquet as error:
            raise NotOffered("ExportExecutions as Parquet", f"on its host: {error}") from None
        parts = SOURCE_AND_OUTPUTS if request.include_blobs else NOTHING
        file = pieces(exported(self._store, wanted, parts), form, request.include_blobs)
        while (data := await self._looked_up(next, file, b"")) != b"":
            yield wire.ExportExecutionsResponse(data=data)

    async def VerifyRecords(
        self, request: wire.VerifyRecordsRequest, context: Any
    ) -> wire.VerifyRecordsResponse:
        """Answer with what does not hold."""
        refuse_others(request, "", "first_sequence", "last_sequence")
        first = _sequence(request, "first_sequence", least=1)
        last = _sequence(request, "last_sequence", least=1)
        if first is not None and last is not None and last < first:
            raise InvalidField("last_sequence", f"it is {last}", f"{first} or more, as `first_sequence` is")
        asked = replace(self._verified_with, first_sequence=first or 1, last_sequence=last)
        gone = threading.Event()
        try:
            report = await self._looked_up(
                verify_records, self._store, asked, _until(gone), on=self._verifier
            )
        finally:
            gone.set()  # where the caller went, the thread ends with its next step
        return wire.VerifyRecordsResponse(
            records_checked=report.records_checked,
            faults=[
                wire.VerifyRecordsResponse.Fault(sequence=each.sequence, description=each.description)
                for each in report.faults
            ],
        )

    def _page(self, wanted: ExecutionFilter, asked: Asked) -> wire.ListExecutionsResponse:
        """Return a page, which ends early where a message has no room for more."""
        messages: list[wire.ExecutionRecord] = []
        left_bytes = self._room_bytes
        with self._store.reading() as connection:
            found = executions(connection, wanted, asked)
            reader = RecordReader(self._store, connection)
            for place, record in enumerate(reader.executions(found.items)):
                message = self._message(record)
                left_bytes -= message.ByteSize()
                if left_bytes < 0 and place:
                    token = token_after(wanted, found.items[place - 1])
                    return wire.ListExecutionsResponse(records=messages, next_page_token=token)
                messages.append(message)
        return wire.ListExecutionsResponse(records=messages, next_page_token=found.next_token)

    def _next(self, wanted: ExecutionFilter, after_id: int | None) -> tuple[list[wire.ExecutionRecord], int]:
        records, at = next_executions(self._store, wanted, after_id, TAIL_RECORDS)
        return [self._message(record) for record in records], at

    def _message(self, record: RecordedExecution) -> wire.ExecutionRecord:
        return record_to_proto(record, self._room_bytes)

    async def _looked_up(
        self, look: Callable[..., Answer], *arguments: Any, on: ThreadPoolExecutor | None = None
    ) -> Answer:
        """Look something up in a thread. Raises RecordsUnavailable where the store cannot be read."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(on or self._threads, look, *arguments)
        except StoreError as error:
            raise RecordsUnavailable(str(error)) from error


def _wanted(message: wire.ExecutionFilter, context: Any) -> ExecutionFilter:
    """Return which records are meant, of those that are the caller's to see. Raises RequestRejected."""
    wanted = execution_filter_from_proto(message, "filter")
    return replace(wanted, tenant=seen_tenant(principal_of(context), message.tenant, "filter.tenant"))


class _Gone(Exception):
    """Who asked for a verification went away."""


def _until(gone: threading.Event) -> Watch:
    """Return what ends a verification once nobody waits for it."""

    def step() -> None:
        if gone.is_set():
            raise _Gone

    return lambda what, steps: nullcontext(step)


def _sequence(request: Any, name: str, least: int) -> int | None:
    if not request.HasField(name):
        return None
    sequence: int = getattr(request, name)
    if not least <= sequence <= MAX_SEQUENCE:
        raise InvalidField(name, f"it is {sequence}", f"{least} to {MAX_SEQUENCE}, or leave it out")
    return sequence


async def _either(news: asyncio.Event, seconds: float) -> None:
    """Wait for news, and no longer than this."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
