"""`python -m tests.prove NAME`: what `make prove-NAME` runs. Exits 1 if a line falls short, 2 if refused."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from tests.prove import audit, boundary, clients, core, languages, scale, selection, throughput
from tests.prove.harness import prove, unwind_on_sigterm
from tests.support.any_engine import engine_where_possible

REPOSITORY = Path(__file__).resolve().parents[2]
PROOFS = {
    "core": core.lines,
    "boundary": boundary.lines,
    "languages": languages.lines,
    "throughput": throughput.lines,
    "selection": selection.lines,
    "clients": clients.lines,
    "audit": audit.lines,
    "scale": scale.lines,
}
AROUND = {
    "boundary": engine_where_possible,
    "throughput": engine_where_possible,
}  # what a proof has for its whole length
RUNNING = "PROVING_VERIFIERD"


def main() -> int:
    """Prove the named part."""
    if len(sys.argv) != 2 or sys.argv[1] not in PROOFS:
        sys.stderr.write(f"usage: make prove-NAME, where NAME is one of: {', '.join(PROOFS)}\n")
        return 2
    if RUNNING in os.environ:
        sys.stderr.write("refused: this was started by a proof, which would never end\n")
        return 2
    os.environ[RUNNING] = "1"
    unwind_on_sigterm()
    name = sys.argv[1]
    around = AROUND.get(name, nullcontext)
    with around(), tempfile.TemporaryDirectory(prefix="prove-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o711)  # a checkout in it serves the tests' unprivileged user too
        return prove(name, PROOFS[name](REPOSITORY, Path(scratch)), REPOSITORY / "build", Console())


if __name__ == "__main__":
    raise SystemExit(main())
