"""Tokens in the database of the audit store: all front ends that share it know the same ones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from verifierd.audit.schema import TOKENS
from verifierd.audit.store import Store
from verifierd.identity.principals import Scope
from verifierd.identity.tokens import Token


class TokenTable:
    """The tokens in a store's table. Its methods raise StoreUnavailable and StoreTrouble."""

    def __init__(self, store: Store) -> None:
        """Use an open store, which whoever opened it closes."""
        self._store = store
        self.where = store.where

    def all(self) -> tuple[Token, ...]:
        """Return every token, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(TOKENS).order_by(TOKENS.c.created_at_ns, TOKENS.c.id))
            return tuple(map(_token, rows))

    def add(self, token: Token) -> None:
        """Keep one more."""
        row = {
            "id": token.id,
            "tenant": token.tenant,
            "scopes": ",".join(sorted(token.scopes)),
            "sha256": token.sha256,
            "created_at_ns": token.created_at_ns,
            "expires_at_ns": token.expires_at_ns,
            "revoked_at_ns": token.revoked_at_ns,
            "note": token.note,
        }
        with self._store.writing() as connection:
            connection.execute(sa.insert(TOKENS), row)

    def revoke(self, token_id: str, now_ns: int) -> Token | None:
        """Refuse a token from now on."""
        mine = TOKENS.c.id == token_id
        with self._store.writing() as connection:
            once = sa.update(TOKENS).where(mine, TOKENS.c.revoked_at_ns.is_(None))
            connection.execute(once.values(revoked_at_ns=now_ns))
            row = connection.execute(sa.select(TOKENS).where(mine)).one_or_none()
        return None if row is None else _token(row)


def _token(row: Any) -> Token:
    return Token(
        id=row.id,
        tenant=row.tenant,
        scopes=frozenset(map(Scope, row.scopes.split(","))),
        sha256=bytes(row.sha256),
        created_at_ns=row.created_at_ns,
        expires_at_ns=row.expires_at_ns,
        revoked_at_ns=row.revoked_at_ns,
        note=row.note,
    )
