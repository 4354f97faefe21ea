"""A store that is written to and thinned out holds at every moment: nobody is blamed wrongly."""

from __future__ import annotations

import threading
from itertools import count

from tests.integration.audit.test_retention import batch, in_turns
from tests.support.filled import write
from verifierd.audit.removing import remove_batches, sweep
from verifierd.audit.store import Store
from verifierd.audit.verifying import Report, verify_records

ROUNDS = 10
REMOVED = 50  # records at least, so that there was something to come across
KEPT = 3  # pairs of batches


def test_a_verification_amid_writing_and_removing_finds_no_fault(store: Store) -> None:
    stop = threading.Event()
    failed: list[BaseException] = []

    def live() -> None:
        try:
            for number in count():
                if stop.is_set():
                    return
                write(store, *in_turns(batch(f"a{number}", 5, source="shared"), batch(f"b{number}", 5)))
                for name in "ab" if number >= KEPT else "":
                    sweep(store, remove_batches(store, [f"{name}{number - KEPT}"], "a test", number).unnamed)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=live)
    thread.start()
    reports: list[Report] = []
    try:
        while not failed and (len(reports) < ROUNDS or reports[-1].records_removed < REMOVED):
            reports.append(verify_records(store))
    finally:
        stop.set()
        thread.join()
    assert failed == []
    assert [report.faults for report in reports if report.faults] == []
    assert verify_records(store).faults == ()
