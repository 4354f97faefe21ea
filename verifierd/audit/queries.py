"""All that can be asked of the store without reading a record's body: the names that other parts use.

Every one takes bounded time, however large the store is: below 50 ms at a million executions in SQLite.
"""

from verifierd.audit.figures import (
    Percentiles,
    SandboxUse,
    TimeBucket,
    sandboxes_in_use,
    usage_over_time,
)
from verifierd.audit.filters import ANY_BATCH, BATCH_STATES, BatchFilter, CandidateFilter, ExecutionFilter
from verifierd.audit.finding_batches import batch_with_id, batches, batches_beginning
from verifierd.audit.finding_candidates import (
    candidate_in,
    candidate_of_record,
    candidates_in,
    candidates_of_batch,
    search,
)
from verifierd.audit.finding_executions import executions, executions_after, newest_id
from verifierd.audit.finding_problems import ProblemRow, problems
from verifierd.audit.found import BatchRow, CandidateRow, ExecutionRow, execution_id, execution_name
from verifierd.audit.pages import DEFAULT_PAGE_SIZE, FIRST_PAGE, MAX_PAGE_SIZE, Asked, BadPageToken, Page
from verifierd.audit.times import first_sequence_from

__all__ = [
    "ANY_BATCH",
    "BATCH_STATES",
    "DEFAULT_PAGE_SIZE",
    "FIRST_PAGE",
    "MAX_PAGE_SIZE",
    "Asked",
    "BadPageToken",
    "BatchFilter",
    "BatchRow",
    "CandidateFilter",
    "CandidateRow",
    "ExecutionFilter",
    "ExecutionRow",
    "Page",
    "Percentiles",
    "ProblemRow",
    "SandboxUse",
    "TimeBucket",
    "batch_with_id",
    "batches",
    "batches_beginning",
    "candidate_in",
    "candidate_of_record",
    "candidates_in",
    "candidates_of_batch",
    "execution_id",
    "execution_name",
    "executions",
    "executions_after",
    "first_sequence_from",
    "newest_id",
    "problems",
    "sandboxes_in_use",
    "search",
    "usage_over_time",
]
