"""A verification, put together: chain, what is missing, tables, words, blobs, checkpoints."""

from __future__ import annotations

from verifierd.audit.store import Store
from verifierd.audit.verifying.asked import Asked, Report, Watch, unwatched
from verifierd.audit.verifying.batches import compare_rows
from verifierd.audit.verifying.blobs import read_all
from verifierd.audit.verifying.chain import follow
from verifierd.audit.verifying.checkpoints import compare_checkpoints
from verifierd.audit.verifying.faults import Faults
from verifierd.audit.verifying.removals import account_for
from verifierd.audit.verifying.tables import compare_tables
from verifierd.audit.verifying.words import compare_index

EVERYTHING = Asked()


def verify_records(store: Store, asked: Asked = EVERYTHING, watch: Watch = unwatched) -> Report:
    """Find whatever in a store is not as it was written. Blocks; others may go on writing meanwhile.

    Memory is bounded: records, rows and blobs are read some at a time. Blobs are read, and words
    compared, where all of the store is asked for.

    Raises:
        StoreUnavailable: the store cannot be read at the moment.
        KeyUnusable, CheckpointsUnusable: a file that is asked for cannot be used.
    """
    faults = Faults()
    compare_tables(store, faults)
    checkpoints = compare_checkpoints(store, asked, faults)
    walked = follow(store, asked, faults, watch)
    removed = account_for(store, walked, faults)
    compared = compare_rows(store, asked, walked, faults, watch)
    blobs = 0
    if asked.reads_blobs:
        compare_index(store, faults)
        blobs = read_all(store, faults, watch)
    return Report(
        records_checked=walked.records,
        records_removed=removed,
        batches_checked=compared.batches,
        executions_checked=compared.executions,
        blobs_checked=blobs,
        checkpoints_checked=checkpoints.compared,
        checkpoints_of_removed=checkpoints.of_removed,
        checkpointed_sequence=checkpoints.agreed_sequence,
        newest=walked.newest,
        faults=faults.in_order(),
        faults_left_out=faults.left_out,
    )
