"""`verifierd audit keygen`: a pair of keys to sign checkpoints with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verifierd.audit.keys import make_keys, public_file
from verifierd.cli.exits import ExitCode, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views

HELP = """Make a pair of keys (Ed25519) that checkpoints of the audit store are signed with.

FILE gets the private key, readable by its owner alone; FILE.pub gets the public one. A file that is there is
never written over.

    verifierd audit keygen /etc/verifierd/audit.key

The daemon signs with the private key (`audit.checkpoint_key_file`), every `audit.checkpoint_seconds`, into
`audit.checkpoint_file`. Keep that file, and FILE.pub, where nobody who can write to the store can write: who
holds all three can rewrite the past unseen. `verifierd audit verify` needs the public key only.

Exit status: 0 both are written; 2 one of them is there or cannot be written, and none is.
"""


def keygen(
    file: Annotated[Path, typer.Argument(help="Where the private key goes.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """Make keys."""
    with reported(as_json):
        name = make_keys(file)
        public = public_file(file)
        if as_json:
            print_json({"key_id": name, "private_key_file": str(file), "public_key_file": str(public)})
        else:
            print_views(
                plain(f"key {name}"),
                plain(f"signs: {file} (private: the daemon's alone)"),
                plain(f"checks: {public} (public: for all who verify)"),
            )
    raise typer.Exit(ExitCode.FINE)
