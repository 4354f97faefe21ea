"""Methods of the API that this server does not offer, each with what to use instead."""

from __future__ import annotations

from typing import Any, NoReturn

from verifier.v1.audit_service_pb2_grpc import AuditServiceServicer
from verifierd.api.service import VerifierService
from verifierd.errors import NotOffered

NO_DURABLE_BATCHES = (
    "it keeps no batches: set `audit.database` in its settings, or use Verify or VerifyStream and keep the "
    "events that come back"
)
NO_RECORDS = (
    "it keeps no records: set `audit.database` in its settings, or use the results that Verify and "
    "VerifyStream send"
)


class VerifierServiceWithoutRecords(VerifierService):
    """Verifies batches while their call lasts, and refuses every method about durable ones."""

    def SubmitBatch(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("SubmitBatch", NO_DURABLE_BATCHES)

    def GetBatch(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("GetBatch", NO_DURABLE_BATCHES)

    def WatchBatch(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("WatchBatch", NO_DURABLE_BATCHES)

    def CancelBatch(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("CancelBatch", "close the call of Verify or VerifyStream to cancel its batch")

    def ListBatches(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("ListBatches", NO_DURABLE_BATCHES)


class AuditNotOffered(AuditServiceServicer):
    """Refuses every method of the audit service."""

    def ListExecutions(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("ListExecutions", NO_RECORDS)

    def GetExecution(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("GetExecution", NO_RECORDS)

    def TailExecutions(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("TailExecutions", NO_RECORDS)

    def ExportExecutions(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("ExportExecutions", NO_RECORDS)

    def VerifyRecords(self, request: Any, context: Any) -> NoReturn:
        """Refuse."""
        raise NotOffered("VerifyRecords", NO_RECORDS)
