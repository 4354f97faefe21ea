"""`verifierd audit replay`: a recorded program once more, or many times, and whether its verdict holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from verifierd.audit.store import Store
from verifierd.cli import interrupts
from verifierd.cli.audit.replaying import Recorded, Replayed, recorded, replayed
from verifierd.cli.audit.show_views import limits_text
from verifierd.cli.audit.stores import BlobsOption, ConfigOption, DatabaseOption, opened
from verifierd.cli.audit.tables import facts, verdicts_text
from verifierd.cli.audit.texts import word
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.cli.progress import progress
from verifierd.cli.words import plural, words
from verifierd.config import load_settings

HELP = """Run a recorded program again, under the recorded limits, and say whether its verdict holds.

NAME is an execution (4711.0: that test alone) or a candidate (4711 or BATCH/CANDIDATE: all tests of its
problem). It is run by a daemon of this command's own, on this host; nothing of it is recorded.

    verifierd audit replay 4711.0
    verifierd audit replay 3f2a91c0/first --times 20
    verifierd audit replay 4711 --times 20 --json | jq .flake_rate

With `--times` it finds flakes: the flake rate is the share of runs with another verdict than the recorded
one, with its interval of 95 % (Clopper and Pearson). A run that failed for the host's sake
(INFRASTRUCTURE_ERROR) counts for nothing. The digest of the toolchain image then and now is told: where they
differ, so may the verdict.

Exit status: 0 the verdict holds in every run; 1 it does not; 2 there is no such thing, or it cannot be run
again; 3 the store or this host failed; 130 interrupted.
"""


def replay(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to run again.", show_default=False)],
    times: Annotated[int, typer.Option("--times", min=1, max=100_000, help="How often.")] = 1,
    database: DatabaseOption = None,
    blobs: BlobsOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Run again."""
    with reported(as_json):
        with opened(load_settings(config), database, blobs) as store:
            told = _recorded(store, name)
        with progress("replaying", times, shown=not as_json) as advance:
            found = interrupts.run(replayed(told, times, load_settings(config), advance))
        if as_json:
            print_json(_form(name, told, found))
        else:
            print_views(_view(name, told, found))
    if not found.counted:
        raise typer.Exit(ExitCode.TROUBLE)
    raise typer.Exit(ExitCode.FINE if found.holds else ExitCode.NEGATIVE)


def _recorded(store: Store, name: str) -> Recorded:
    with store.reading() as connection:
        return recorded(store, connection, name)


def _view(name: str, told: Recorded, found: Replayed) -> RenderableType:
    rate = found.flake_rate
    if rate is None:
        holds = Text("nobody can say: no run came to a verdict", style="yellow")
    elif found.holds:
        holds = Text("yes", style="green")
    else:
        holds = Text("no", style="red")
    same = found.image_digests == (told.image_digest,)
    return facts(
        f"replay of {name}",
        [
            ("recorded", words(word(told.verdict))),
            ("replayed", Text.assemble(verdicts_text(found.verdicts), f" in {plural(found.runs, 'run')}")),
            ("holds", holds),
            (
                "flake rate",
                None if rate is None else f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%}, 95 %)",
            ),
            ("behaviours", None if found.behaviours <= 1 else f"{found.behaviours} different ones"),
            ("why", plain(found.detail) if found.detail else None),
            ("limits", limits_text(told.limits)),
            ("image then", plain(told.image_digest) or "the host's own files"),
            (
                "image now",
                "the same" if same else plain(", ".join(found.image_digests) or "the host's own files"),
            ),
            ("backend then", plain(told.backend)),
            ("backend now", plain(", ".join(found.backends))),
        ],
    )


def _form(name: str, told: Recorded, found: Replayed) -> dict[str, Any]:
    rate = found.flake_rate
    return {
        "name": name,
        "recorded_verdict": told.verdict.name,
        "verdicts": {verdict.name: count for verdict, count in found.verdicts.items()},
        "runs": found.runs,
        "holds": found.holds if found.counted else None,
        "flake_rate": None
        if rate is None
        else {"value": rate.value, "low": rate.low, "high": rate.high, "level": rate.level},
        "behaviours": found.behaviours,
        "detail": found.detail,
        "image_digest_then": told.image_digest or None,
        "image_digests_now": list(found.image_digests),
        "backend_then": told.backend or None,
        "backends_now": list(found.backends),
    }
