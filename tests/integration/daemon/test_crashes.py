"""A few kills of a daemon amid durable batches; `tests.prove.audit_crash` has hundreds."""

from __future__ import annotations

from pathlib import Path

from tests.prove.crashing import crash


def test_batches_end_as_undisturbed_ones_however_often_the_daemon_is_killed(tmp_path: Path) -> None:
    found = crash(tmp_path, kills=5, candidates=30, seed=8)
    assert found.wrong == []
    assert (found.kills, found.batches > 0) == (5, True)
