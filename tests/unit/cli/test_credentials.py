"""What a command shows a server comes from the environment, and who is refused is told so."""

from __future__ import annotations

import pytest

import verifierd_client as client
from verifierd.cli.credentials import told_where_they_stand, verifier_of
from verifierd.config import ConfigError


def test_a_token_that_would_cross_a_network_in_the_clear_is_kept_and_tls_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VERIFIER_TOKEN", "vfd_1_secret")
    with pytest.raises(ConfigError, match=r"in the clear.* from VERIFIER_TLS_CA the file") as refused:
        verifier_of("verifier.example:50051")
    assert "secret" not in str(refused.value)


def test_who_is_unknown_is_told_where_the_token_is_taken_from() -> None:
    with (
        pytest.raises(client.Unauthenticated, match=r"no token.* from VERIFIER_TOKEN"),
        told_where_they_stand(),
    ):
        raise client.Unauthenticated("this call shows no token")


@pytest.mark.parametrize(
    "error",
    [client.ConnectionFailed("no answer"), client.ServerBusy("full", 2.0), client.InvalidRequest("no")],
)
def test_what_no_credentials_mend_is_passed_on_as_it_is(error: client.VerifierError) -> None:
    with pytest.raises(type(error)) as passed_on, told_where_they_stand():
        raise error
    assert passed_on.value is error
