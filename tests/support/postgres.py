"""A PostgreSQL server of the tests' own: in a temporary folder, as a user other than root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg

from tests.support.hosts import Host

STARTS_WITHIN_S = 180
_PLACES = "/usr/lib/postgresql"
_FOLDER = "/tmp"  # which another user may enter, as a test's own folder may not be
# As few processes of its own as there can be, and no care for the power: the tests kill it, not the host.
_OPTIONS = ("fsync=off", "autovacuum=off", "max_connections=60", "jit=off")


class NoPostgres(Exception):
    """There is no PostgreSQL here to start. The text says what is missing."""


class Postgres:
    """A running server. Each test has a database of its own."""

    def __init__(self, host: Host | None = None) -> None:
        """Make a cluster and start its server; with a host on the usual port of that as well.

        Raises:
            NoPostgres: PostgreSQL is not installed, or root has no other user to run it as.
        """
        self._programs = _programs()
        self._user = _user()
        self._host = host
        self.folder = Path(tempfile.mkdtemp(prefix="verifierd-postgres-", dir=_FOLDER))
        if self._user is not None:
            os.chown(self.folder, self._user, -1)
        # The locale of whoever runs the tests may be none that this host knows.
        options = ("-U", "verifierd", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self._run("initdb", "-D", self._data, *options)
        if host is not None:
            with Path(self._data, "pg_hba.conf").open("a") as allowed:
                allowed.write(f"host all all {host.address}/24 trust\n")
        self.start()

    def new_database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"audit_{uuid4().hex[:12]}"
        with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._at(name)

    def from_other_hosts(self, url: str) -> str:
        """Return the URL of a database as other hosts reach it."""
        assert self._host is not None, "it was started without a host"
        return f"postgresql://verifierd@{self._host.address}:5432/{_name(url)}"

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it: hundreds of them would fill the disk."""
        name = _name(url)
        with psycopg.connect(self._at("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def start(self) -> None:
        """Start the server; it takes connections when this returns."""
        settings = " ".join(
            f"-c {option}"
            for option in (
                *_OPTIONS,
                f"listen_addresses={'' if self._host is None else self._host.address}",
                f"unix_socket_directories={self.folder}",
            )
        )
        self._run("pg_ctl", "-D", self._data, "-l", f"{self.folder}/log", "-o", settings, "-w", "start")

    def stop(self, how: str = "fast") -> None:
        """Stop the server: `fast` ends its connections, `immediate` is as if the power went."""
        self._run("pg_ctl", "-D", self._data, "-m", how, "-w", "stop")

    def kill(self) -> None:
        """Kill all of the server's processes, and wait until they are gone."""
        try:
            first = psutil.Process(int(Path(self._data, "postmaster.pid").read_text().splitlines()[0]))
            processes = [first, *first.children(recursive=True)]
        except (FileNotFoundError, psutil.NoSuchProcess):
            return
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        while not all(_is_gone(process) for process in processes):
            time.sleep(0.01)
        for lock in (Path(self._data, "postmaster.pid"), *self.folder.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)  # as long as nobody has reaped the process it counts as alive

    def close(self) -> None:
        """Stop the server and delete the cluster."""
        self.kill()
        shutil.rmtree(self.folder)

    @property
    def _data(self) -> str:
        return f"{self.folder}/data"

    @property
    def _enter(self) -> tuple[str, ...]:
        """Return what leads onto the host, which only root can do, and there to the user."""
        if self._host is None:
            return ()
        return (*self._host.enter, "setpriv", f"--reuid={self._user}", "--clear-groups", "--")

    def _at(self, database: str) -> str:
        return f"postgresql://verifierd@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as said:  # a server would keep a pipe open
            done = subprocess.run(
                [*self._enter, str(self._programs / program), *arguments],
                user=None if self._enter else self._user,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=said,
                stdin=subprocess.DEVNULL,
                timeout=STARTS_WITHIN_S,
                check=False,
            )
            if done.returncode != 0:
                said.seek(0)
                log = self.folder / "log"
                told = said.read().decode(errors="replace") + (log.read_text() if log.exists() else "")
                raise RuntimeError(f"{program} ended with {done.returncode}: {told}")


def _name(url: str) -> str:
    """Return the name of a URL's database; the socket's folder has slashes too."""
    return url.partition("?")[0].rpartition("/")[2]


def _is_gone(process: psutil.Process) -> bool:
    """Say whether a process has ended; whoever adopted it may take its time to notice."""
    with suppress(ChildProcessError):  # it is another's
        os.waitpid(process.pid, os.WNOHANG)
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def _programs() -> Path:
    found = sorted(Path(_PLACES).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise NoPostgres("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(on_path).parent


def _user() -> int | None:
    """Return whom to run as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise NoPostgres("there is no user but root to run PostgreSQL as")
