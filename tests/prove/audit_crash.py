"""Durable batches through crashes: `python -m tests.prove.audit_crash KILLS [CANDIDATES]` shows it alone."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.prove.crashing import crash
from tests.prove.harness import Figure, Line, NotMeasured
from tests.support.postgres import NoPostgres, Postgres

KILLS, CANDIDATES, SEED = 200, 1000, 20_261_127


def lines(scratch: Path, kills: int = KILLS, candidates: int = CANDIDATES) -> list[Line]:
    """The lines of the proof: with a store in SQLite, and with one in PostgreSQL, which is killed as well."""
    what = f"{kills} SIGKILLs at random instants amid batches of {candidates:,}"
    reach = "all accepted batches end as an undisturbed one, nothing lost or twice, the chain holds"
    return [
        Line(f"{what}, SQLite", reach, lambda: _sqlite(scratch, kills, candidates)),
        Line(
            f"{what}, PostgreSQL, whose server is killed as well",
            reach,
            lambda: _postgresql(scratch, kills, candidates),
        ),
    ]


def _sqlite(scratch: Path, kills: int, candidates: int) -> Figure:
    folder = Path(tempfile.mkdtemp(prefix="sqlite-", dir=scratch))
    found = crash(folder, kills, candidates, SEED)
    return Figure(found.told, not found.wrong, asdict(found))


def _postgresql(scratch: Path, kills: int, candidates: int) -> Figure:
    try:
        postgres = Postgres()
    except NoPostgres as error:
        raise NotMeasured(str(error)) from error
    try:
        folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=scratch))
        found = crash(folder, kills, candidates, SEED, postgres)
    finally:
        postgres.close()
    return Figure(found.told, not found.wrong, asdict(found))


def main(arguments: Sequence[str]) -> int:
    """Measure both lines with so many kills, and batches of so many candidates."""
    kills = int(arguments[0]) if arguments else KILLS
    candidates = int(arguments[1]) if len(arguments) > 1 else CANDIDATES
    holds = True
    with tempfile.TemporaryDirectory(prefix="crash-") as scratch:
        Path(scratch).chmod(0o711)
        for line in lines(Path(scratch), kills, candidates):
            figure = line.measure()
            holds = holds and figure.holds
            sys.stdout.write(f"{'holds' if figure.holds else 'FALLS SHORT'}: {line.what}: {figure.text}\n")
            sys.stdout.writelines(f"  {wrong}\n" for wrong in figure.facts["wrong"][:20])
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
