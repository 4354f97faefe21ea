"""A call whose caller is known: what gRPC tells of it, and who makes it."""

from __future__ import annotations

from typing import Any

from verifierd.errors import InvalidField, PermissionDenied
from verifierd.identity.principals import ANYBODY, TENANT_FORM, Principal, is_tenant


class Call:
    """gRPC's own context of a call, with its caller beside it."""

    def __init__(self, context: Any, principal: Principal) -> None:
        self._context = context
        self.principal = principal

    def __getattr__(self, name: str) -> Any:
        """Return what gRPC's context has."""
        return getattr(self._context, name)


def principal_of(context: Any) -> Principal:
    """Return who makes a call; anybody where nobody was asked."""
    principal = getattr(context, "principal", ANYBODY)
    return principal if isinstance(principal, Principal) else ANYBODY


def tenant_for(principal: Principal, named: str, path: str) -> str:
    """Return on whose behalf a batch is to run, where its message may name a tenant.

    Raises:
        InvalidField: the server knows no tenants, or this is no name of one.
        PermissionDenied: it is not the caller's own, and the caller is no administrator.
    """
    return _checked(principal, named, path) or principal.tenant


def seen_tenant(principal: Principal, named: str, path: str) -> str:
    """Return whose batches or records are meant, where the caller may ask for a tenant's; empty: all.

    Raises:
        InvalidField, PermissionDenied: as `tenant_for`.
    """
    return _checked(principal, named, path) or principal.sees


def _checked(principal: Principal, named: str, path: str) -> str:
    if not named:
        return ""
    if not principal.tenant:
        raise InvalidField(path, "this server knows no tenants", "leave it out")
    if not is_tenant(named):
        raise InvalidField(path, "it is no name of a tenant", TENANT_FORM)
    if named != principal.tenant and not principal.is_admin:
        raise PermissionDenied(principal.name, "the scope admin to name another tenant than one's own")
    return named
