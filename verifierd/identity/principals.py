"""Who makes a call, on whose behalf, and what it may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_TENANT_CHARS = 128
_TENANT = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._@/-]{{0,{MAX_TENANT_CHARS - 1}}}\Z")
TENANT_FORM = (
    f"1 to {MAX_TENANT_CHARS} letters, digits and any of . _ - @ /, of which the first is a letter or a digit"
)


class Scope(StrEnum):
    """What a caller may do: verify for its tenant, read what its tenant has, or both for all tenants."""

    SUBMIT = "submit"
    READ = "read"
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity is known.

    Attributes:
        tenant: on whose behalf it calls; empty where the server asks nobody who they are.
        name: what it showed, such as "token 3f2a91c07b4d"; for logs and records, never a secret.
        token_id: of the token that it showed, if it did.
    """

    tenant: str
    scopes: frozenset[Scope]
    name: str = ""
    token_id: str = ""

    @property
    def is_admin(self) -> bool:
        """Tell whether it may see and do what all tenants may."""
        return Scope.ADMIN in self.scopes

    @property
    def sees(self) -> str:
        """Return the tenant whose batches and records it sees; empty: all of them."""
        return "" if self.is_admin else self.tenant

    def may(self, scope: Scope) -> bool:
        """Tell whether it may do what needs this scope."""
        return self.is_admin or scope in self.scopes


ANYBODY = Principal("", ALL_SCOPES)
"""Whoever calls a server that asks nobody who they are."""


def is_tenant(name: str) -> bool:
    """Tell whether a text may be the name of a tenant; `TENANT_FORM` says what may."""
    return _TENANT.match(name) is not None
