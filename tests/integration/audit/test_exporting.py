"""An export shown on a terminal steers it by nothing that a program wrote, and has the same values."""

from __future__ import annotations

import json

from tests.support.entries import begun, execution, judged
from tests.support.filled import write
from verifierd.audit.bodies import Part
from verifierd.audit.exporting import pieces
from verifierd.audit.filters import ExecutionFilter
from verifierd.audit.lookups import exported
from verifierd.audit.store import Store


def test_json_lines_have_nothing_in_them_that_steers_a_terminal(store: Store) -> None:
    evil = "\x9b2J \x7f \u202e 名前"
    run = execution("t0", stdout=evil.encode(), detail=evil)
    write(store, begun(), judged(0, source=evil, executions=(run,)))
    records = exported(store, ExecutionFilter(), frozenset({Part.SOURCE, Part.OUTPUTS}))
    (line,) = b"".join(pieces(records, "jsonl", with_blobs=True)).decode().splitlines()
    assert line.isprintable()
    row = json.loads(line)
    assert (row["source"], row["stdout"], row["detail"]) == (evil, evil, evil)
