"""A fleet on three hosts, NATS and PostgreSQL on a fourth, a client on a fifth, all ready to be disturbed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tests.prove.members import Member
from tests.support.hosts import Host, Network
from tests.support.nats_server import NatsServer
from tests.support.postgres import Postgres

HOSTS = ("one", "two", "three")
FRONT_ENDS = HOSTS[:2]
DATA, CLIENT = "data", "client"
PORT = 7477


class Site:
    """All of it, for the length of the block. Members are started again by whoever kills them."""

    def __init__(self, folder: Path, sandboxes: int = 1) -> None:
        """Keep files in `folder`; each worker has so many sandboxes."""
        self._folder = folder
        self._sandboxes = str(sandboxes)
        self._undo = ExitStack()
        self.front_ends: list[Member] = []
        self.workers: list[Member] = []

    def __enter__(self) -> Self:
        """Start all of it.

        Raises:
            NoHosts: this machine cannot have hosts within it.
            NoPostgres: PostgreSQL is not installed.
            NotMeasured: a front end or a worker does not start.
        """
        with self._undo as undo:
            self.network = undo.enter_context(Network(*HOSTS, DATA, CLIENT))
            self.nats = undo.enter_context(NatsServer(self._new_folder("nats"), host=self.network[DATA]))
            self.postgres = Postgres(self.network[DATA])
            undo.callback(self.postgres.close)
            self.database = self.postgres.new_database()
            self._start(undo)
            self._undo = undo.pop_all()
        return self

    def _start(self, undo: ExitStack) -> None:
        to_nats = {"VERIFIERD_JETSTREAM__SERVERS": self.nats.address}
        records = {
            "VERIFIERD_EXECUTOR__KIND": "jetstream",
            "VERIFIERD_AUDIT__DATABASE": self.postgres.from_other_hosts(self.database),
            "VERIFIERD_AUDIT__BLOBS": str(self._new_folder("blobs")),
            "VERIFIERD_IDENTITY__INSECURE": "true",  # nobody else is on these hosts
        }
        for name in HOSTS:
            settings = to_nats | {"VERIFIERD_SANDBOX__COUNT": self._sandboxes}
            self.workers.append(self._member(f"worker {name}", self.network[name], ["worker"], settings))
        for name in FRONT_ENDS:
            host = self.network[name]
            command = ["serve", "--listen", f"{host.address}:{PORT}"]
            self.front_ends.append(self._member(f"front end {name}", host, command, to_nats | records))
        for member in (*self.workers, *self.front_ends):
            undo.callback(member.end)
        for member in (
            *self.front_ends,
            *self.workers,
        ):  # one after the other: the first one makes the tables
            member.bring_up()

    def _member(self, name: str, host: Host, command: list[str], settings: Mapping[str, str]) -> Member:
        return Member(name, host, command, settings, self._folder / f"{name.replace(' ', '-')}.log")

    def _new_folder(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    @property
    def address(self) -> str:
        """Return gRPC's address of all front ends: a client takes the first one that answers."""
        places = (f"{self.network[name].address}:{PORT}" for name in FRONT_ENDS)
        return f"ipv4:{','.join(places)}"

    def __exit__(self, *_: object) -> None:
        """End all of it."""
        self._undo.close()
