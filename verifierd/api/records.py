"""What a server needs that keeps records: the open store, who writes into it, and its durable batches."""

from __future__ import annotations

from dataclasses import dataclass

from verifierd.api.submissions import Submissions
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked
from verifierd.audit.verifying.verify import EVERYTHING
from verifierd.audit.writer import Writer
from verifierd.batches.recorded import Recorder
from verifierd.durable.batches import DurableBatches


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one daemon. Whoever made them opens and closes them."""

    store: Store
    writer: Writer
    recorder: Recorder
    durable: DurableBatches
    submissions: Submissions
    verified_with: Asked = EVERYTHING  # what `VerifyRecords` compares the records with
