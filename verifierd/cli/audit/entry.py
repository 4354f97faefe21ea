"""The group `verifierd audit` as the command line has it: its commands are loaded when it is asked for.

Other commands do not wait for the libraries of a store.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

HELP = """Look into the audit store, prove that nobody changed it, and say what may go.

The store is that of the daemon's settings (`audit.database`, in the file of `--config` or in the variable
`VERIFIERD_AUDIT__DATABASE`), or what `--database` names: the path of an SQLite file, or the URL of a
PostgreSQL database. No daemon is needed, and one that runs may go on.
"""


def build() -> typer.Typer:
    """Return the group, without its commands so far."""
    return typer.Typer(cls=_LoadedWhenAsked, help=HELP, no_args_is_help=True)


class _LoadedWhenAsked(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(self._loaded())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None where there is none of this name."""
        return self._loaded().get(cmd_name)

    def _loaded(self) -> Mapping[str, Any]:
        if not self.commands:
            group = typer.main.get_group(import_module("verifierd.cli.audit.group").build())
            self.commands = group.commands
        return self.commands
