"""`verifierd token`: make, list and revoke the tokens that callers show."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verifierd.cli.audit.fitting import Column, Listing
from verifierd.cli.audit.stores import ConfigOption
from verifierd.cli.audit.texts import SECOND_NS, minute, when, zone
from verifierd.cli.endings import write_line
from verifierd.cli.exits import ExitCode, ended, reported
from verifierd.cli.options import JSON_HELP
from verifierd.cli.output import plain, print_json, print_views
from verifierd.config import ConfigError, Settings, load_settings
from verifierd.identity.principals import TENANT_FORM, Scope, is_tenant
from verifierd.identity.tokens import Token, new_token

if TYPE_CHECKING:
    from verifierd.identity.shelf import TokenShelf

HELP = """Make, list and revoke the tokens by which callers are known.

They are kept where the daemon's settings say: in `identity.token_file`, or else in the database
`audit.database`. A running daemon knows a new one when it is first shown, and
refuses a revoked one within `identity.refresh_seconds`.
"""

CREATE_HELP = f"""Make a token, and print it: once. Only its hash is kept.

Give it the daemon's own settings, by `--config` or in VERIFIERD_... variables.

    verifierd token create --config verifierd.toml --tenant team-a
    verifierd token create --tenant ops --scope admin --expires 90d
    VERIFIERD_AUDIT__DATABASE=audit.db verifierd token create --tenant ci

A caller shows it as the metadata `authorization: Bearer TOKEN`; `Verifier(address, token=...)` does, and
so do commands, where VERIFIER_TOKEN is set. Scopes: submit (verify, put problems, cancel batches of its
tenant), read (batches and records of its tenant), admin (both, of all tenants). A tenant is {TENANT_FORM}.

Exit status: 0 it is made; 2 an option or a setting is wrong; 3 they cannot be kept where they should be.
"""
LIST_HELP = """List tokens: never the secrets, which nobody has but their holders.

Exit status: 0 there are some; 1 there are none; 2 a setting is wrong; 3 they cannot be read.
"""
REVOKE_HELP = """Refuse a token from now on.

Calls that are open end with their next message.

    verifierd token revoke 3f2a91c07b4d --config verifierd.toml

Exit status: 0 it is refused; 2 there is none of this id, or a setting is wrong; 3 they cannot be written.
"""

_DURATION = re.compile(r"(\d{1,6})([smhdw])\Z")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
MAX_NOTE_CHARS = 256
JsonOption = Annotated[bool, typer.Option("--json", help=JSON_HELP)]


def build() -> typer.Typer:
    """Return the commands of `verifierd token`."""
    app = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode="markdown")
    app.command(help=CREATE_HELP)(create)
    app.command("list", help=LIST_HELP)(list_)
    app.command(help=REVOKE_HELP)(revoke)
    return app


def create(
    tenant: Annotated[
        str, typer.Option("--tenant", help="On whose behalf its holder calls.", show_default=False)
    ],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="submit|read|admin",
            help="What its holder may do; several with commas, or repeated. [default: submit,read]",
            show_default=False,
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="30d", help="After how long it is refused. Without it: never."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What it is for.")] = "",
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token."""
    with reported(as_json):
        scopes, lasts_ns = _scopes(scope), _nanoseconds(expires)
        if not is_tenant(tenant):
            raise typer.BadParameter(f"--tenant {tenant!r} is no name of a tenant: give {TENANT_FORM}")
        if len(note) > MAX_NOTE_CHARS or not note.isprintable():
            raise typer.BadParameter(f"--note: give up to {MAX_NOTE_CHARS} printable characters")
        now_ns = time.time_ns()
        ends_ns = None if lasts_ns is None else now_ns + lasts_ns
        with _shelf(config, create=True) as shelf:
            token, text = new_token(tenant, scopes, now_ns, ends_ns, note)
            shelf.add(token)
        if as_json:
            print_json(_as_json(token) | {"token": text})
        else:
            write_line(text)
    raise typer.Exit(ExitCode.FINE)


def list_(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List tokens."""
    with reported(as_json):
        with _shelf(config) as shelf:
            tokens = shelf.all()
        if as_json:
            for token in tokens:
                print_json(_as_json(token))
        elif tokens:
            print_views(_listing(tokens))
        else:
            print_views(plain("no tokens; `verifierd token create` makes one"))
    raise typer.Exit(ExitCode.FINE if tokens else ExitCode.NEGATIVE)


def revoke(
    token_id: Annotated[
        str, typer.Argument(metavar="ID", help="The id, as `verifierd token list` shows it.")
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse a token."""
    with reported(as_json):
        with _shelf(config) as shelf:
            token = shelf.revoke(token_id, time.time_ns())
        if token is None:
            words = f"there is no token {token_id!r} in {shelf.where}; `verifierd token list` tells all"
            raise ended(words, ExitCode.BAD_INPUT, as_json)
        if as_json:
            print_json(_as_json(token))
        else:
            print_views(
                plain(f"token {token.id} of {token.tenant} is refused since {when(token.revoked_at_ns)}")
            )
    raise typer.Exit(ExitCode.FINE)


@contextmanager
def _shelf(config: Path | None, *, create: bool = False) -> Iterator[TokenShelf]:
    """Open the place where the settings keep tokens."""
    settings = load_settings(config)
    if settings.identity.token_file is not None:
        from verifierd.identity.token_file import TokenFile

        yield TokenFile(settings.identity.token_file)
        return
    yield from _table(settings, create)


def _table(settings: Settings, create: bool) -> Iterator[TokenShelf]:
    from verifierd.audit.store import open_store
    from verifierd.config.records import store_settings
    from verifierd.identity.token_table import TokenTable

    place = store_settings(settings)
    if place is None:
        raise ConfigError(
            "no place for tokens is named: set identity.token_file or audit.database in the file of "
            "--config, or in VERIFIERD_IDENTITY__TOKEN_FILE or VERIFIERD_AUDIT__DATABASE"
        )
    store = open_store(place, create=create)
    try:
        yield TokenTable(store)
    finally:
        store.close()


def _scopes(given: Sequence[str] | None) -> frozenset[Scope]:
    names = [name.strip() for each in given or ("submit,read",) for name in each.split(",")]
    try:
        return frozenset(map(Scope, names))
    except ValueError:
        raise typer.BadParameter(f"--scope {','.join(names)}: allowed are submit, read and admin") from None


def _nanoseconds(text: str | None) -> int | None:
    if text is None:
        return None
    found = _DURATION.match(text)
    if found is None or int(found[1]) == 0:
        raise typer.BadParameter(f"--expires {text!r} is no time: give such as 12h, 30d or 8w")
    return int(found[1]) * _UNITS_S[found[2]] * SECOND_NS


def _listing(tokens: Sequence[Token]) -> Listing:
    columns = (
        Column("token"),
        Column("tenant", is_text=True, folds=True),
        Column("scopes"),
        Column(f"created ({zone()})"),
        Column("state"),
        Column("note", is_text=True, gives_way=1),
    )
    now_ns = time.time_ns()
    return Listing(
        columns,
        [
            (
                each.id,
                each.tenant,
                ",".join(sorted(each.scopes)),
                minute(each.created_at_ns),
                _state_cell(each, now_ns),
                each.note,
            )
            for each in tokens
        ],
    )


def _state(token: Token, now_ns: int) -> str:
    if token.is_valid(now_ns):
        return "valid"
    return "expired" if token.revoked_at_ns is None else "revoked"


def _state_cell(token: Token, now_ns: int) -> str:
    state, ends_ns = _state(token, now_ns), token.expires_at_ns
    return state if ends_ns is None or state != "valid" else f"until {minute(ends_ns)}"


def _as_json(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "tenant": token.tenant,
        "scopes": sorted(token.scopes),
        "created_at_ns": token.created_at_ns,
        "expires_at_ns": token.expires_at_ns,
        "revoked_at_ns": token.revoked_at_ns,
        "state": _state(token, time.time_ns()),
        "note": token.note,
    }
