"""TLS and mTLS over a real server: who is let in, and certificates that change while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

import verifierd_client as client
from tests.support.certificates import Authority, Pair
from tests.unit.api.fakes import ABILITIES, FakeEngine, FakeShelf
from verifierd.api.server import ApiServer, Door
from verifierd.api.tls import TlsFiles, TlsUnusable
from verifierd.cli.session import session
from verifierd.identity.cpu_time import CpuTime
from verifierd.identity.metering import Metering
from verifierd.identity.principals import Scope
from verifierd.identity.quotas import Quotas
from verifierd.identity.recognition import CertificateHolder, Identity, Recognition
from verifierd.identity.shelf import NoTokens, TokenBook

pytestmark = pytest.mark.anyio

AUTHORITY, OTHER = Authority(), Authority("another")
SERVER = AUTHORITY.signed("server", dns=("localhost",))
HOLDERS = {
    "CN=alice": CertificateHolder("a", frozenset({Scope.READ})),
    "spiffe://lab/bob": CertificateHolder("b", frozenset({Scope.SUBMIT, Scope.READ})),
}
PROBLEM = client.Problem("p", [client.StdioTest("", "out")])


@pytest.fixture(scope="session")
async def one_loop(anyio_backend: str) -> AsyncIterator[None]:
    """Keep one event loop for all tests: grpc.aio hands late events of a closed loop to the next one."""
    yield


def files(folder: Path, pair: Pair = SERVER, client_ca: bytes | None = None) -> TlsFiles:
    """The server's files, in a folder."""
    made = TlsFiles(folder / "c.pem", folder / "k.pem")
    pair.write(made.certificate, made.key)
    if client_ca is None:
        return made
    (folder / "ca.pem").write_bytes(client_ca)
    return replace(made, client_ca=folder / "ca.pem")


@asynccontextmanager
async def serving(tls: TlsFiles) -> AsyncIterator[str]:
    """A server whose callers are known by certificates, where it asks for them."""
    recognition = Recognition(TokenBook(NoTokens()), HOLDERS) if tls.client_ca else None
    identity = Identity(Metering(Quotas(), CpuTime()), recognition)
    server = ApiServer(FakeEngine(), FakeShelf(), ABILITIES, Door("127.0.0.1:0", identity, tls))
    await server.start()
    try:
        yield f"localhost:{server.address.rpartition(':')[2]}"
    finally:
        await server.stop(0)


def by_number(address: str) -> str:
    """The same address without a name, which may stand for several: what is told is of the last one tried."""
    return address.replace("localhost", "127.0.0.1")


def verifier(address: str, authority: Authority = AUTHORITY, own: Pair | None = None) -> client.AsyncVerifier:
    own = own or Pair(b"", b"")
    tls = client.Tls(authority.certificate, own.certificate or None, own.key or None)
    return client.AsyncVerifier(address, tls=tls, retries=0, timeout_s=20.0)


async def test_a_client_that_knows_the_authority_is_served(one_loop: None, tmp_path: Path) -> None:
    async with serving(files(tmp_path)) as address, verifier(address) as known:
        assert (await known.verify(PROBLEM, [client.Candidate("x")])).results[0].passed


async def test_a_client_of_another_authority_trusts_nobody(one_loop: None, tmp_path: Path) -> None:
    async with serving(files(tmp_path)) as address, verifier(address, OTHER) as wary:
        with pytest.raises(client.ConnectionFailed):
            await wary.capabilities()


async def test_nothing_is_served_in_the_clear_where_tls_is_spoken(one_loop: None, tmp_path: Path) -> None:
    async with (
        serving(files(tmp_path)) as address,
        client.AsyncVerifier(by_number(address), retries=0) as plain,
    ):
        with pytest.raises(client.ConnectionFailed, match=r"where it speaks TLS, give tls=Tls\(\.\.\.\)"):
            await plain.capabilities()


@pytest.mark.parametrize(
    ("authority", "refused"), [(None, client.ConnectionFailed), (OTHER, client.HandshakeFailed)]
)
async def test_a_command_that_is_not_let_in_says_where_it_takes_credentials_from(
    one_loop: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority | None,
    refused: type[Exception],
) -> None:
    if authority is not None:
        (tmp_path / "believed.pem").write_bytes(authority.certificate)
        monkeypatch.setenv("VERIFIER_TLS_CA", str(tmp_path / "believed.pem"))
    async with serving(files(tmp_path)) as address:
        with pytest.raises(refused, match="take the token from VERIFIER_TOKEN, and from VERIFIER_TLS_CA"):
            async with session(by_number(address), None) as command:
                await command.capabilities()


async def test_a_certificate_s_name_is_its_tenant_and_scopes(one_loop: None, tmp_path: Path) -> None:
    tls = files(tmp_path, client_ca=AUTHORITY.certificate)
    bob = AUTHORITY.signed("whoever", uris=("spiffe://lab/bob",))
    alice, mallory = AUTHORITY.signed("alice"), AUTHORITY.signed("mallory", dns=("alice",))
    async with serving(tls) as address:
        async with verifier(address, own=bob) as one:
            assert (await one.verify(PROBLEM, [client.Candidate("x")])).results[0].passed
        async with verifier(address, own=alice) as one:
            await one.capabilities()
            with pytest.raises(client.PermissionDenied, match=r"certificate CN=alice .* the scope submit"):
                await one.verify(PROBLEM, [client.Candidate("x")])
        async with verifier(address, own=mallory) as one:
            with pytest.raises(client.Unauthenticated):
                await one.capabilities()


@pytest.mark.parametrize("own", [None, OTHER.signed("alice")], ids=["none", "of another authority"])
async def test_without_a_certificate_that_was_asked_for_nobody_comes_in(
    one_loop: None, tmp_path: Path, own: Pair | None
) -> None:
    tls = files(tmp_path, client_ca=AUTHORITY.certificate)
    async with serving(tls) as address, verifier(address, own=own) as stranger:
        with pytest.raises(client.ConnectionFailed):
            await stranger.capabilities()


async def test_a_certificate_that_was_renewed_is_shown_to_new_connections(
    one_loop: None, tmp_path: Path
) -> None:
    tls = files(tmp_path)
    async with serving(tls) as address, verifier(address) as before:
        await before.capabilities()
        OTHER.signed("server", dns=("localhost",)).write(tls.certificate, tls.key)
        async with verifier(address, OTHER) as after:
            await after.capabilities()
        await before.capabilities()  # a connection that is there goes on


async def test_a_renewal_that_cannot_be_used_leaves_what_was(one_loop: None, tmp_path: Path) -> None:
    tls = files(tmp_path)
    async with serving(tls) as address:
        tls.certificate.write_bytes(OTHER.signed("server", dns=("localhost",)).certificate)
        async with verifier(address) as one:
            await one.capabilities()
        tls.key.unlink()
        async with verifier(address) as one:
            await one.capabilities()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("c.pem", b"", "no certificate as PEM"),
        ("c.pem", SERVER.key, "no certificate as PEM"),
        ("k.pem", SERVER.certificate, "no private key as PEM"),
        ("k.pem", AUTHORITY.signed("x").key, "not the key of the first certificate"),
        ("ca.pem", b"x", "no certificate as PEM"),
        ("k.pem", bytes(2 << 20), r"too large.* the table tls of the settings"),
    ],
)
async def test_a_file_that_cannot_be_used_stops_the_start_by_its_name(
    one_loop: None, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    tls = files(tmp_path, client_ca=AUTHORITY.certificate)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TlsUnusable, match=f"{name}: .*{words}"):
        async with serving(tls):
            pass


async def test_a_token_is_not_sent_over_a_network_in_the_clear() -> None:
    with pytest.raises(ValueError, match="in the clear"):
        client.AsyncVerifier("verifier.example:50051", token="vfd_x")  # noqa: S106
    client.AsyncVerifier("127.0.0.1:50051", token="vfd_x")  # noqa: S106
