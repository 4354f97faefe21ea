"""NATS with TLS and users: who is let in, who is told why not, and what becomes of rights that end."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.certificates import Authority
from tests.support.fleets import echo, fleet_of, until
from tests.support.nats_server import NatsServer, needs_nats
from tests.unit.execution.fakes import FakeExecutor, answers_of, request
from verifierd.config.settings import Settings
from verifierd.daemon.starting import GaveUp
from verifierd.daemon.worker import WorkerDaemon
from verifierd.fleet.connection import Connection, connect
from verifierd.fleet.errors import FleetUnavailable
from verifierd.fleet.settings import JetStreamSettings
from verifierd.judging.answers import Executed

pytestmark = [needs_nats, pytest.mark.anyio]
IN_TIME_S = 30.0
OURS, OTHERS = ("us", "our-secret"), ("others", "their-secret")


class GuardedServer(NatsServer):
    """A server that lets in one user, who may be another one after its next start."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.users = folder / "users.conf"
        self.lets_in(OURS)
        super().__init__(folder, "-c", str(self.users), *options)

    def lets_in(self, user: tuple[str, str]) -> None:
        """Let in this user, and nobody else, from the next start on."""
        name, password = map(json.dumps, user)
        users = f"[{{ user: {name}, password: {password} }}]"
        self.users.write_text(f"accounts {{ fleet {{ jetstream: enabled, users: {users} }} }}\n")

    def as_user(self, user: tuple[str, str], scheme: str = "nats") -> JetStreamSettings:
        """Settings of this user."""
        return self.settings(servers=(f"{scheme}://{user[0]}:{user[1]}@localhost:{self.port}",))

    def settings(self, **changes: object) -> JetStreamSettings:
        """Settings of the user that it lets in at first."""
        ours = f"nats://{OURS[0]}:{OURS[1]}@{self.host}:{self.port}"
        return JetStreamSettings(**{"servers": (ours,), "connect_timeout_s": 3.0} | changes)  # type: ignore[arg-type]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[GuardedServer]:
    with GuardedServer(tmp_path) as server:
        yield server


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority()
    (tmp_path / "ca.pem").write_bytes(made.certificate)
    for name in ("server", "client"):
        made.signed(name, dns=("localhost",)).write(tmp_path / f"{name}.pem", tmp_path / f"{name}.key")
    return made


@pytest.fixture
def secured(tmp_path: Path, authority: Authority) -> Iterator[GuardedServer]:
    """One that speaks TLS, and believes nobody without a certificate and a password."""
    files = ("--tlscert", "server.pem", "--tlskey", "server.key", "--tlscacert", "ca.pem")
    options = [part if part.startswith("--") else str(tmp_path / part) for part in files]
    with GuardedServer(tmp_path, "--tls", "--tlsverify", *options) as server:
        yield server


@asynccontextmanager
async def connected(settings: JetStreamSettings) -> AsyncIterator[Connection]:
    connection = await connect(settings, "a test")
    yield connection
    await connection.close()


def with_certificate(server: GuardedServer, folder: Path) -> JetStreamSettings:
    return replace(
        server.as_user(OURS, "tls"),
        ca_file=folder / "ca.pem",
        certificate_file=folder / "client.pem",
        key_file=folder / "client.key",
    )


async def test_a_fleet_works_over_tls_with_certificates_and_passwords(
    secured: GuardedServer, tmp_path: Path
) -> None:
    async with fleet_of(secured) as fleet:
        fleet.settings = with_certificate(secured, tmp_path)
        executor = await fleet.front_end()
        await fleet.worker(FakeExecutor(echo))
        async with asyncio.timeout(IN_TIME_S):
            answers = await answers_of(executor.execute(request(2)))
    assert [type(answer) for answer in answers] == [Executed, Executed]


async def test_who_has_no_certificate_is_refused(secured: GuardedServer, tmp_path: Path) -> None:
    without = replace(secured.as_user(OURS, "tls"), ca_file=tmp_path / "ca.pem")
    with pytest.raises(FleetUnavailable, match=r"\[jetstream\]|jetstream\.servers"):
        await connect(without, "a test")


async def test_a_server_that_another_authority_signed_is_not_believed(
    secured: GuardedServer, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_bytes(Authority("another").certificate)
    with pytest.raises(FleetUnavailable, match=r"certificate verify failed.*certificates of \[jetstream\]"):
        await connect(with_certificate(secured, tmp_path), "a test")


async def test_a_wrong_password_is_named_as_the_reason_and_kept_to_itself(guarded: GuardedServer) -> None:
    with pytest.raises(FleetUnavailable, match=r"refuses us .*Authorization.*credentials_file") as refused:
        await connect(replace(guarded.as_user((OURS[0], "wr0ng")), connect_timeout_s=2.0), "a test")
    assert "wr0ng" not in str(refused.value)


async def test_a_credentials_file_says_which_library_it_needs(
    nats: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nkeys", None)
    credentials = tmp_path / "nats.creds"
    credentials.write_text("-----BEGIN NATS USER JWT-----\n")
    with pytest.raises(FleetUnavailable, match="credentials file needs nkeys: pip install nkeys"):
        await connect(nats.settings(credentials_file=credentials), "a test")


async def test_rights_that_end_are_told_of_and_work_goes_on_when_they_are_back(
    guarded: GuardedServer,
) -> None:
    async with fleet_of(guarded) as fleet, connected(guarded.settings()) as connection:
        executor = await fleet.front_end()
        await fleet.worker(FakeExecutor(echo))
        guarded.lets_in(OTHERS)
        guarded.restart()
        async with asyncio.timeout(IN_TIME_S):
            await connection.refusals.lasting(0.0)
        assert "NATS refuses us" in connection.trouble
        assert "jetstream.credentials_file" in connection.trouble
        asked = asyncio.create_task(answers_of(executor.execute(request(1))))
        guarded.lets_in(OURS)
        guarded.restart()
        async with asyncio.timeout(IN_TIME_S):
            assert [type(answer) for answer in await asked] == [Executed]
            await until(lambda: _has_no(connection))


async def _has_no(connection: Connection) -> bool:
    return not connection.trouble


async def test_a_server_that_sends_us_away_is_asked_again(guarded: GuardedServer) -> None:
    said: list[asyncio.StreamWriter] = []
    back = asyncio.Event()

    async def heard() -> None:
        back.set()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(guarded.host, guarded.port)
        said.append(writer)
        await asyncio.gather(_copied(reader, to_server), _copied(from_server, writer))

    async with await asyncio.start_server(between, "127.0.0.1", 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        through = f"nats://{OURS[0]}:{OURS[1]}@127.0.0.1:{port}"
        async with connected(guarded.settings(servers=(through,))) as connection:
            connection.on_reconnect(heard)
            said[0].write(b"-ERR 'User Authentication Revoked'\r\n")
            async with asyncio.timeout(IN_TIME_S):
                await back.wait()
            assert not connection.trouble
            await connection.jetstream.account_info()


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while read := await reader.read(1 << 16):
            writer.write(read)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_a_worker_that_is_let_in_no_more_gives_up(guarded: GuardedServer, usable_host: None) -> None:
    settings = Settings.model_validate(
        {"jetstream": {"servers": guarded.settings().servers}, "sandbox": {"count": 1}}
    )
    daemon = WorkerDaemon(settings, gives_up_after_s=0.2)
    await daemon.startup()
    try:
        guarded.lets_in(OTHERS)
        guarded.restart()
        async with asyncio.timeout(IN_TIME_S):
            with pytest.raises(GaveUp, match=r"NATS refuses us .*credentials_file") as gave_up:
                await daemon.main_loop()
        assert OURS[1] not in str(gave_up.value)
    finally:
        async with asyncio.timeout(IN_TIME_S):
            await daemon.shutdown()
