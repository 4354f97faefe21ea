"""Verifying a store: every record, row and blob that is not as it was written is found and named."""

from verifierd.audit.verifying.asked import Asked, Report, Watch, unwatched
from verifierd.audit.verifying.faults import Fault
from verifierd.audit.verifying.verify import verify_records

__all__ = ["Asked", "Fault", "Report", "Watch", "unwatched", "verify_records"]
