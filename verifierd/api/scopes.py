"""Which scope each method of the API takes: the one table of it."""

from __future__ import annotations

from collections.abc import Mapping

from verifierd.errors import PermissionDenied
from verifierd.identity.principals import Principal, Scope

VERIFIER, AUDIT = "/verifier.v1.VerifierService/", "/verifier.v1.AuditService/"

SCOPE_OF_METHOD: Mapping[str, Scope | None] = {
    VERIFIER + "Verify": Scope.SUBMIT,
    VERIFIER + "VerifyStream": Scope.SUBMIT,
    VERIFIER + "SubmitBatch": Scope.SUBMIT,
    VERIFIER + "PutProblem": Scope.SUBMIT,
    VERIFIER + "CancelBatch": Scope.SUBMIT,
    VERIFIER + "GetBatch": Scope.READ,
    VERIFIER + "WatchBatch": Scope.READ,
    VERIFIER + "ListBatches": Scope.READ,
    VERIFIER + "GetCapabilities": None,  # whoever is known
    AUDIT + "ListExecutions": Scope.READ,
    AUDIT + "GetExecution": Scope.READ,
    AUDIT + "TailExecutions": Scope.READ,
    AUDIT + "ExportExecutions": Scope.READ,
    # The chain is one for all tenants, and so is what is wrong with it.
    AUDIT + "VerifyRecords": Scope.ADMIN,
}


def check_scope(principal: Principal, method: str) -> None:
    """Raise PermissionDenied where a caller may not use a method; one that is not listed takes `admin`."""
    needed = SCOPE_OF_METHOD.get(method, Scope.ADMIN)
    if needed is not None and not principal.may(needed):
        raise PermissionDenied(principal.name or "this caller", f"the scope {needed}")
