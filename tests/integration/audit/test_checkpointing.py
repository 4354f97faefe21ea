"""A daemon's checkpoints are those of its store's chain, and verify against it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support.entries import begun, judged
from tests.support.filled import fill, write
from verifierd.audit.checkpointing import Checkpointer, StoredChain
from verifierd.audit.holding import change_hold
from verifierd.audit.keys import make_keys, public_file, read_private_key
from verifierd.audit.removing import remove_batches
from verifierd.audit.store import Store
from verifierd.audit.verifying import Asked, verify_records


def test_checkpoints_verify_whatever_comes_or_goes_after_them(store: Store, tmp_path: Path) -> None:
    make_keys(tmp_path / "key")
    file = tmp_path / "checkpoints"

    async def live() -> Checkpointer:
        checkpointer = Checkpointer(StoredChain(store), read_private_key(tmp_path / "key"), file, 3600)
        await checkpointer.start()
        await checkpointer.close()
        return checkpointer

    fill(store)
    steps = (
        lambda: None,
        lambda: write(store, begun("d"), judged(0, "d")),
        lambda: remove_batches(store, ["c"], "the last signed record stays", 1),
    )
    for step in steps:
        step()
        assert asyncio.run(live()).trouble is None
    asked = Asked(checkpoint_file=file, public_key_files=(public_file(tmp_path / "key"),))
    report = verify_records(store, asked)
    assert report.faults == ()
    assert report.checkpoints_checked == 3


def test_a_record_that_was_signed_and_then_removed_by_retention_is_no_fault(
    store: Store, tmp_path: Path
) -> None:
    make_keys(tmp_path / "key")
    file = tmp_path / "checkpoints"
    checkpointer = Checkpointer(StoredChain(store), read_private_key(tmp_path / "key"), file, 3600)
    fill(store)
    assert checkpointer.sign_what_is_new() is not None  # of the end of batch b
    change_hold(store, "b", is_held=False, by="", reason="", now_ns=1)
    assert remove_batches(store, ["b"], "a test", 1).batch_ids == ("b",)
    assert checkpointer.sign_what_is_new() is not None
    asked = Asked(checkpoint_file=file, public_key_files=(public_file(tmp_path / "key"),))
    report = verify_records(store, asked)
    assert report.faults == ()
    assert (report.checkpoints_checked, report.checkpoints_of_removed) == (1, 1)
