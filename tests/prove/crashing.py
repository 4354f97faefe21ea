"""A daemon that is killed again and again amid durable batches, and what is there of them in the end."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from tests.prove.harness import NotMeasured
from tests.support.postgres import Postgres
from verifierd.audit.chain import FIRST, record_hash
from verifierd.audit.packing import unpack
from verifierd.audit.reading import MAX_BODY_BYTES
from verifierd.audit.schema import BATCHES, EXECUTIONS, RECORDS
from verifierd.audit.store import StoreSettings, open_store
from verifierd_client import (
    BatchState,
    BatchSummary,
    ConnectionFailed,
    Limits,
    Problem,
    Selection,
    ServerFault,
    StdioTest,
    Verdict,
    Verifier,
)
from verifierd_client.problems import Options

READY_WITHIN_S = 60.0
ENDED_WITHIN_S = 3600.0
OPEN_BATCHES = 2  # at least so many are unfinished whenever the daemon is killed
EARLY_SHARE = 0.2  # of the kills, that come while the daemon starts
DATABASE_SHARE = 0.5  # of the others, before which the database's server is killed
START_S, RUN_S = 2.0, 2.5  # within which a kill comes, of the start and of the daemon's being ready
PICKS = 5

PROBLEM = Problem("crash", [StdioTest("1", "2"), StdioTest("20", "21")], Limits(cpu_time_s=5.0))
OPTIONS = Options(selection=Selection("plurality", picks=PICKS))


def programs(count: int) -> list[str]:
    """Small candidates of every kind, each tenth equal to another: what they get is known."""
    return [_program(number) for number in range(count)]


def _program(number: int) -> str:
    match number % 10:
        case 0:
            return f"print(int(input()) + 2)  # {number}\n"
        case 1:
            return f"raise ValueError({number})\n"
        case 2:
            return _program(number - 7) if number > 9 else "print(2)\n"
        case 3:
            return "\n"
        case _:
            return f"print(int(input()) + 1)  # {number}\n"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a batch came to, as who watched it from its first event was told."""

    verdicts: Mapping[str, Verdict]
    told_twice: int
    last_sequence: int
    summary: BatchSummary


@dataclass(slots=True)
class Crashes:
    """What was found. All lists are of what is wrong, and empty where everything holds."""

    kills: int = 0
    while_starting: int = 0
    of_the_database: int = 0
    batches: int = 0
    candidates: int = 0
    records: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """Say it in a line."""
        servers = f", {self.of_the_database} of the database's server too" if self.of_the_database else ""
        return (
            f"{self.kills} kills, {self.while_starting} while it started{servers}: {self.batches} batches of "
            f"{self.candidates:,} ended, {len(self.wrong)} faults; {self.records:,} records in one chain"
        )


class Victim:
    """A daemon on one store and one address, to be killed and started again."""

    def __init__(self, folder: Path, database: str) -> None:
        self.address = f"unix:{folder}/api.sock"
        self._log = folder / "daemon.log"
        self._environment = {
            "VERIFIERD_AUDIT__DATABASE": database,
            "VERIFIERD_AUDIT__BLOBS": str(folder / "blobs"),
            "VERIFIERD_ADMISSION__MAX_DURABLE_BATCHES": "2",
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and do not wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "verifierd", "serve", "--json", "--listen", self.address],
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_ready(self) -> None:
        """Wait until it listens. Raises NotMeasured where it does not come to that."""
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if "listening" not in line:
            raise NotMeasured(f"the daemon did not start: {line.strip() or self._log.read_text()[-600:]}")

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for its end."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(READY_WITHIN_S)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def failures(self) -> list[str]:
        """Return what it has logged that must not be."""
        logged = (json.loads(line) for line in self._log.read_text().splitlines() if line.startswith("{"))
        return [f"logged: {event}" for event in logged if event["event"] == "durable_batch_failed"]


def crash(folder: Path, kills: int, candidates: int, seed: int, postgres: Postgres | None = None) -> Crashes:
    """Kill a daemon so many times at random instants amid batches; let all end; look what is there.

    With `postgres` the store is there, and its server is killed as well.

    Raises:
        NotMeasured: the daemon does not get going here.
    """
    database = str(folder / "audit.db") if postgres is None else postgres.new_database()
    found, chance = Crashes(candidates=candidates), random.Random(seed)
    sources = programs(candidates)
    victim = Victim(folder, database)
    names: list[str] = []
    try:
        with Verifier(victim.address, timeout_s=ENDED_WITHIN_S) as verifier:
            victim.start()
            victim.wait_ready()
            whole = _ended(verifier, verifier.submit(PROBLEM, sources, OPTIONS, request_id="whole").id)
            victim.end(signal.SIGTERM)
            while found.kills < kills:
                _one_crash(victim, verifier, sources, names, chance, found, postgres)
            victim.start()
            victim.wait_ready()
            for name in names:
                batch = verifier.submit(PROBLEM, sources, OPTIONS, request_id=name)
                found.wrong += [f"{name}: {what}" for what in _differences(_ended(verifier, batch.id), whole)]
                found.batches += 1
        victim.end(signal.SIGTERM)
    finally:
        victim.end(signal.SIGKILL)
    found.wrong += victim.failures()
    _look_into(StoreSettings(database, str(folder / "blobs")), {"whole", *names}, sources, found)
    return found


def _one_crash(
    victim: Victim,
    verifier: Verifier,
    sources: Sequence[str],
    names: list[str],
    chance: random.Random,
    found: Crashes,
    postgres: Postgres | None,
) -> None:
    """Start the daemon, hand a batch in where too few are unfinished, and kill it at a random instant."""
    found.kills += 1
    victim.start()
    if names and chance.random() < EARLY_SHARE:
        found.while_starting += 1
        time.sleep(chance.uniform(0, START_S))
        victim.end(signal.SIGKILL)
        return
    victim.wait_ready()
    unfinished = sum(1 for _ in verifier.batches(states=[BatchState.QUEUED, BatchState.RUNNING]))
    with ThreadPoolExecutor(1) as hands:
        submitted: Future[None] | None = None
        if unfinished < OPEN_BATCHES:
            names.append(f"crash {len(names)}")
            submitted = hands.submit(_submit, victim.address, sources, names[-1])
        time.sleep(chance.uniform(0, RUN_S))
        if postgres is not None and chance.random() < DATABASE_SHARE:
            found.of_the_database += 1
            postgres.kill()
            postgres.start()
            time.sleep(chance.uniform(0, RUN_S))
        victim.end(signal.SIGKILL)
        if submitted is not None:
            submitted.result()


def _submit(address: str, sources: Sequence[str], name: str) -> None:
    """Hand a batch in; whether it was accepted before the daemon died is for its request id to tell."""
    with Verifier(address, retries=0) as verifier, suppress(ConnectionFailed, ServerFault):
        verifier.submit(PROBLEM, sources, OPTIONS, request_id=name)


def _ended(verifier: Verifier, batch_id: str) -> Ended:
    with verifier.watch(batch_id) as watch:
        told = [(result.candidate_id, result.verdict) for result in watch]
    return Ended(dict(told), len(told) - len(dict(told)), watch.last_sequence, watch.summary)


def _differences(ended: Ended, whole: Ended) -> Iterator[str]:
    if ended.told_twice:
        yield f"{ended.told_twice} candidates were told twice"
    if ended.last_sequence != whole.last_sequence:
        yield f"its last event has number {ended.last_sequence}, not {whole.last_sequence}"
    lost = whole.verdicts.keys() - ended.verdicts.keys()
    if lost:
        yield f"{len(lost)} candidates have no verdict"
    others = {name for name, verdict in ended.verdicts.items() if whole.verdicts.get(name) is not verdict}
    if others:
        yield f"{len(others)} candidates have another verdict: {sorted(others)[:5]}"
    for part in ("verdict_counts", "clusters", "picks", "stop_reason"):
        if getattr(ended.summary, part) != getattr(whole.summary, part):
            yield f"its summary has other {part}"
    for part in ("executions", "executions_saved"):
        billed = getattr(ended.summary.cost, part) + ended.summary.cost.cache_hits * (part == "executions")
        due = getattr(whole.summary.cost, part) + whole.summary.cost.cache_hits * (part == "executions")
        if billed != due:
            yield f"{billed} {part} are billed, not {due}"


def _look_into(settings: StoreSettings, names: set[str], sources: Sequence[str], found: Crashes) -> None:
    """Look whether the store has every batch once, every execution once, and an unbroken chain."""
    distinct = len({source for source in sources if source.strip()})
    store = open_store(settings, create=False)
    try:
        with store.reading() as connection:
            kept = connection.execute(sa.select(BATCHES.c.request_id, BATCHES.c.id)).all()
            times = Counter(row.request_id for row in kept)
            if times != Counter(names):
                found.wrong.append(f"batches that are not there once each: {times - Counter(names)}")
            for row in kept:
                count = sa.select(sa.func.count()).where(EXECUTIONS.c.batch_id == row.id)
                executions = connection.scalar(count)
                if executions != distinct * len(PROBLEM.tests):
                    found.wrong.append(f"{row.request_id}: {executions} executions are on record")
            previous = FIRST
            found.records = 0
            for row in connection.execute(sa.select(RECORDS).order_by(RECORDS.c.sequence)):
                found.records += 1
                body = unpack(row.body, MAX_BODY_BYTES)
                made = record_hash(previous, row.sequence, row.kind, body)
                if row.sequence != found.records or made != row.hash:
                    found.wrong.append(f"the chain breaks at record {row.sequence}")
                    break
                previous = made
    finally:
        store.close()
