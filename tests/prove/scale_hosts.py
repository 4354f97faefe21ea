"""A batch on three hosts amid faults: `python -m tests.prove.scale_hosts [CANDIDATES [SEED]]` shows it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.prove.harness import Figure, Line, NotMeasured, unwind_on_sigterm
from tests.prove.members import Member
from tests.prove.scale_candidates import batch
from tests.prove.scale_faults import Happened, Kind, Trouble, plan
from tests.prove.scale_site import CLIENT, Site
from tests.support.hosts import NoHosts
from tests.support.postgres import NoPostgres
from verifierd.audit.schema import BATCHES, CANDIDATES
from verifierd.audit.store import StoreSettings, open_store
from verifierd.audit.verifying import verify_records
from verifierd_client import Candidate, Options, Problem, Verifier

COUNT, SEED = 10_000, 9
LIMIT_S = 3600.0
AGAIN = 3  # times that a candidate is run here whose verdict differs
SHOWN = 20  # of candidates that differ


@dataclass(slots=True)
class Watched:
    """What the client was told, and when."""

    verdicts: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    told_at_s: list[float] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    twice: int = 0
    troubles: list[str] = field(default_factory=list)
    batch_id: str = ""
    end: dict[str, Any] = field(default_factory=dict)

    def take(self, said: dict[str, Any]) -> None:
        """Take one of the client's lines."""
        if "candidate" in said:
            self.twice += said["candidate"] in self.verdicts
            self.verdicts[said["candidate"]] = said["verdict"]
            self.details[said["candidate"]] = said["detail"]
            self.told_at_s.append(said["at_s"])
            self.sequences.append(said["sequence"])
        elif "accepted" in said:
            self.batch_id = said["accepted"]
        elif "trouble" in said:
            self.troubles.append(said["trouble"])
        else:
            self.end = said

    @property
    def last_told_s(self) -> float:
        """Return when the last verdict came."""
        return self.told_at_s[-1] if self.told_at_s else 0.0

    @property
    def longest_gap(self) -> tuple[float, float]:
        """Return the two moments, one after the other, between which no verdict came for longest."""
        pairs = zip(self.told_at_s, self.told_at_s[1:], strict=False)
        return max(pairs, key=lambda pair: pair[1] - pair[0], default=(0.0, 0.0))


def lines(repository: Path, scratch: Path, candidates: int = COUNT, seed: int = SEED) -> list[Line]:
    """The line of the proof."""
    return [
        Line(
            f"{candidates:,} real candidates on three hosts; workers killed, frozen, slowed, hosts cut off, "
            "NATS and PostgreSQL killed, front ends killed and frozen",
            "each verdict as on one machine: 0 lost, 0 twice, 0 wrong",
            lambda: measure(repository, scratch, candidates, seed),
        )
    ]


def measure(repository: Path, scratch: Path, count: int, seed: int) -> Figure:
    """Judge so many candidates here, then there amid faults, and compare. Raises NotMeasured."""
    data = repository.parent / "shared" / "data"
    problem, candidates = batch(data, count)
    here_began_s = time.monotonic()
    with _here(scratch) as address:
        local = _judged(address, problem, candidates)
        here_s = time.monotonic() - here_began_s
        folder = Path(tempfile.mkdtemp(prefix="hosts-", dir=scratch))
        folder.chmod(0o711)
        try:
            with Site(folder) as site:
                watched, trouble = _disturbed(site, data, count, seed, folder)
                wrong = _wrong_in_store(site, watched, count, folder)
        except (NoHosts, NoPostgres) as error:
            raise NotMeasured(str(error)) from error
        differing = sorted(name for name, got in watched.verdicts.items() if local[name] != got)
        again = [_again(address, problem, candidates, name, local, watched) for name in differing[:SHOWN]]
    wrong += _wrong_as_told(watched, local, differing, trouble)
    began_s, ended_s = watched.longest_gap
    met = Counter(trouble.during(began_s, ended_s))
    amid = trouble.begun_before(watched.last_told_s)
    there_s = watched.last_told_s - watched.told_at_s[0] if watched.told_at_s else 0.0
    lost = len(local) - len(watched.verdicts)
    text = (
        f"{len(watched.verdicts):,} verdicts, {lost} lost, {watched.twice} twice, {len(differing)} wrong; "
        f"{amid.total()} faults; longest gap {ended_s - began_s:.1f} s ({_listed(met)}); "
        f"{there_s:.0f} s there, {here_s:.0f} s undisturbed on one machine"
    )
    facts = {
        "wrong": wrong,
        "differing": again,
        "faults": dict(amid),
        "happened": [_told(each, watched) for each in trouble.happened],
        "verdicts": dict(Counter(watched.verdicts.values())),
        "client_troubles": watched.troubles,
        "seed": seed,
    }
    return Figure(text, not wrong, facts)


@contextmanager
def _here(scratch: Path) -> Iterator[str]:
    """Run one machine's daemon for the length of the block; give its address."""
    folder = Path(tempfile.mkdtemp(prefix="here-", dir=scratch))
    address = f"unix:{folder}/api.sock"
    daemon = Member("the local daemon", None, ["serve", "--listen", address], {}, folder / "daemon.log")
    try:
        daemon.bring_up()
        yield address
    finally:
        daemon.end()


def _judged(address: str, problem: Problem, candidates: Sequence[Candidate]) -> dict[str, str]:
    with Verifier(address, timeout_s=LIMIT_S) as verifier:
        judged = verifier.verify(problem, candidates, Options(include_outputs=False))
    return {result.candidate_id: result.verdict.name for result in judged.results}


def _again(
    address: str,
    problem: Problem,
    candidates: Sequence[Candidate],
    name: str,
    local: dict[str, str],
    watched: Watched,
) -> dict[str, Any]:
    """Run a candidate here a few times more: what is on the edge here, too, is seen to be."""
    (source,) = (str(each.source) for each in candidates if each.id == name)
    anew = (Candidate(f"{source}# {again}\n", id=name) for again in range(AGAIN))  # which no cache knows
    more = [_judged(address, problem, [each])[name] for each in anew]
    there = {"verdict": watched.verdicts[name], "detail": watched.details[name]}
    return {"candidate": name, "here": local[name], "there": there, "here_again": more}


def _disturbed(site: Site, data: Path, count: int, seed: int, folder: Path) -> tuple[Watched, Trouble]:
    """Have the client watch a batch, and make the faults as its verdicts come."""
    watched, trouble = Watched(), Trouble(site, plan(seed, count))
    command = [sys.executable, "-m", "tests.prove.scale_client", site.address, str(data), str(count), "scale"]
    with (
        (folder / "client.log").open("wb") as log,
        site.network[CLIENT].start(command, stdout=subprocess.PIPE, stderr=log) as client,
    ):
        try:
            assert client.stdout is not None
            for line in client.stdout:
                watched.take(json.loads(line))
                trouble.told(len(watched.verdicts))
            trouble.wait()
        finally:
            client.kill()
    return watched, trouble


def _wrong_as_told(
    watched: Watched, local: dict[str, str], differing: Sequence[str], trouble: Trouble
) -> list[str]:
    """Return what is wrong with what the client was told."""
    found = [each.trouble for each in trouble.happened if each.trouble]
    if missed := {kind.value for kind in Kind} - trouble.begun_before(watched.last_told_s).keys():
        found.append(f"never happened before the batch's end, which takes more candidates: {sorted(missed)}")
    if lost := local.keys() - watched.verdicts.keys():
        found.append(f"{len(lost)} candidates have no verdict: {sorted(lost)[:5]}")
    if watched.twice:
        found.append(f"{watched.twice} candidates were told twice")
    if watched.sequences != sorted(set(watched.sequences)):
        found.append("events are not in their order, or came twice")
    if differing:
        found.append(f"{len(differing)} verdicts are not those of one machine: {differing[:5]}")
    told = Counter(watched.verdicts.values())
    if {name: number for name, number in watched.end.get("counts", {}).items() if number} != told:
        found.append(f"the summary counts {watched.end.get('counts')}, not {dict(told)}")
    return found


def _wrong_in_store(site: Site, watched: Watched, count: int, folder: Path) -> list[str]:
    """Return what is wrong in the store: the batch and each verdict is there once, in one chain."""
    store = open_store(StoreSettings(site.database, str(folder / "blobs")), create=False)
    try:
        with store.reading() as connection:
            ids = list(connection.scalars(sa.select(BATCHES.c.id)))
            kept = connection.scalar(sa.select(sa.func.count()).select_from(CANDIDATES))
        report = verify_records(store)
    finally:
        store.close()
    return [
        *([] if ids == [watched.batch_id] else [f"the store has batches {ids}, not {watched.batch_id}"]),
        *([] if kept == count else [f"the store has {kept} verdicts, not {count}"]),
        *(f"record {fault.sequence}: {fault.description}" for fault in report.faults),
    ]


def _told(happened: Happened, watched: Watched) -> dict[str, Any]:
    first_s = watched.told_at_s[0] if watched.told_at_s else 0.0
    fault = happened.fault
    return {
        "kind": fault.kind.value,
        "target": fault.target,
        "after_verdicts": fault.after,
        "began_s": round(happened.began_s - first_s, 1),
        "ended_s": round(happened.ended_s - first_s, 1),
    }


def _listed(met: Counter[str]) -> str:
    return (
        ", ".join(f"{number} x {kind}" if number > 1 else kind for kind, number in met.items()) or "no fault"
    )


def main(arguments: Sequence[str]) -> int:
    """Measure it with so many candidates."""
    count = int(arguments[0]) if arguments else COUNT
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    repository = Path(__file__).resolve().parents[2]
    unwind_on_sigterm()
    with tempfile.TemporaryDirectory(prefix="scale-", ignore_cleanup_errors=True) as scratch:
        Path(scratch).chmod(0o711)
        figure = measure(repository, Path(scratch), count, seed)
        sys.stdout.write(f"{'holds' if figure.holds else 'FALLS SHORT'}: {figure.text}\n")
        sys.stdout.write(json.dumps(figure.facts, indent=2) + "\n")
    return 0 if figure.holds else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
