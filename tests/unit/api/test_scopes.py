"""Every method of the API says which scope it takes."""

from __future__ import annotations

import pytest

from verifier.v1 import audit_service_pb2, verifier_service_pb2
from verifierd.api.scopes import SCOPE_OF_METHOD, check_scope
from verifierd.errors import PermissionDenied
from verifierd.identity.principals import ANYBODY, Principal, Scope

METHODS = [
    f"/{service.full_name}/{method.name}"
    for pb2 in (verifier_service_pb2, audit_service_pb2)
    for service in pb2.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]


def test_no_method_is_left_out() -> None:
    assert set(SCOPE_OF_METHOD) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_who_lacks_the_scope_is_told_which_it_takes(method: str) -> None:
    needed = SCOPE_OF_METHOD[method]
    nothing = Principal("a", frozenset(), "token 1")
    check_scope(ANYBODY, method)
    check_scope(Principal("ops", frozenset({Scope.ADMIN})), method)
    if needed is None:
        check_scope(nothing, method)
        return
    check_scope(Principal("a", frozenset({needed})), method)
    with pytest.raises(PermissionDenied, match=f"token 1 may not do this: it takes the scope {needed}"):
        check_scope(nothing, method)


def test_a_method_that_is_not_listed_is_an_administrator_s() -> None:
    with pytest.raises(PermissionDenied, match="the scope admin"):
        check_scope(Principal("a", frozenset({Scope.SUBMIT, Scope.READ})), "/verifier.v1.NewService/New")
