"""`python -m tests.prove.soak`: thousands of candidates, every tenth an attack, through one daemon.

Counts wrong verdicts and looks for growth of the daemon and of the host. Writes `build/soak-BACKEND.json`;
exits 1 if a verdict is wrong or something grows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.prove.growth import Growth, grown
from tests.prove.soaking import Sent, attacks, candidates
from tests.support.backends import BACKENDS, Backend, Service, serving, why_not
from tests.support.footprint import Footprint, footprint, settled
from verifierd_client import AsyncVerifier, Candidate, CandidateResult, Options

BUILD = Path(__file__).resolve().parents[2] / "build"
NAMES = [backend.name for backend in BACKENDS]
CANDIDATES, STEP, HOSTILE_ONE_IN, SANDBOXES = 20_000, 500, 10, 2
WARM_SHARE = 0.1  # of 20,000 candidates the first 2,000: pools, caches and arenas have their size then
BATCH_S = 600.0
WRONG_KEPT = 50


@dataclass(slots=True)
class Soaked:
    """What a soak found."""

    backend: str
    candidates: int = 0
    hostile: int = 0
    seconds: float = 0.0
    wrong_honest: list[dict[str, str]] = field(default_factory=list)
    wrong_hostile: list[dict[str, str]] = field(default_factory=list)
    verdicts: dict[str, dict[str, int]] = field(default_factory=dict)
    samples: list[tuple[int, Footprint]] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Say whether no verdict is wrong and nothing has grown."""
        return not self.wrong_honest and not self.wrong_hostile and all(each.holds for each in self.growth)

    def told(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        wrong = {"wrong_honest_total": len(self.wrong_honest), "wrong_hostile_total": len(self.wrong_hostile)}
        growth = [{**asdict(each), "holds": each.holds, "told": str(each)} for each in self.growth]
        told = {"holds": self.holds, **wrong, **asdict(self), "growth": growth}
        for name in ("wrong_honest", "wrong_hostile"):
            told[name] = told[name][:WRONG_KEPT]
        return told


def soak(backend: Backend, count: int, advanced: Callable[[int], None]) -> Soaked:
    """Send `count` candidates through two sandboxes of a daemon of its own."""
    soaked = Soaked(backend.name)
    started = time.monotonic()
    with serving(backend, SANDBOXES) as service:
        asyncio.run(_send(service, count, soaked, advanced))
    soaked.seconds = round(time.monotonic() - started, 1)
    warm = int(count * WARM_SHARE)
    soaked.growth = grown([sample for sample in soaked.samples if sample[0] >= warm])
    return soaked


async def _send(service: Service, count: int, soaked: Soaked, advanced: Callable[[int], None]) -> None:
    waiting = candidates(count, HOSTILE_ONE_IN, attacks(soaked.backend))
    step_size = min(STEP, max(HOSTILE_ONE_IN, count // 20))
    before = footprint(service)
    async with AsyncVerifier(service.address) as verifier:
        while step := list(islice(waiting, step_size)):
            await _step(verifier, step, soaked)
            soaked.candidates += len(step)
            soaked.samples.append((soaked.candidates, settled(service, before.counts())))
            advanced(soaked.candidates)


async def _step(verifier: AsyncVerifier, step: list[Sent], soaked: Soaked) -> None:
    """Verify the programs of a step, those of one problem as one batch, all batches at the same time."""
    by_problem: dict[int, list[Sent]] = {}
    for sent in step:
        by_problem.setdefault(id(sent.problem), []).append(sent)
    batches = list(by_problem.values())
    answers = await asyncio.gather(*(_verify(verifier, batch) for batch in batches))
    for batch, results in zip(batches, answers, strict=True):
        for sent, result in zip(batch, results, strict=True):
            _count(sent, result, soaked)


async def _verify(verifier: AsyncVerifier, batch: list[Sent]) -> Iterable[CandidateResult]:
    programs = [Candidate(sent.source, id=str(place)) for place, sent in enumerate(batch)]
    options = Options(include_outputs=False)
    return (await verifier.verify(batch[0].problem, programs, options, timeout_s=BATCH_S)).results


def _count(sent: Sent, result: CandidateResult, soaked: Soaked) -> None:
    soaked.hostile += sent.hostile
    counts = soaked.verdicts.setdefault(sent.name, {})
    counts[result.verdict.value] = counts.get(result.verdict.value, 0) + 1
    if result.verdict not in sent.allowed:
        wrong = soaked.wrong_hostile if sent.hostile else soaked.wrong_honest
        got = {"program": sent.name, "source": sent.source, "got": result.verdict.value}
        wrong.append({**got, "detail": result.detail[:500]})


def main() -> int:
    """Soak one backend."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove.soak", description=__doc__)
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--backend", choices=NAMES, default=NAMES[0])
    asked = parser.parse_args()
    backend = next(each for each in BACKENDS if each.name == asked.backend)
    if reason := why_not(backend):
        sys.stderr.write(f"{backend.name} cannot run here: {reason}\n")
        return 2
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"soaking {backend.name}", total=asked.candidates)
        soaked = soak(backend, asked.candidates, lambda done: progress.update(task, completed=done))
    console.print(_verdict_table(soaked))
    console.print(_growth_table(soaked))
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"soak-{backend.name}.json").write_text(json.dumps(soaked.told(), indent=2) + "\n", "utf-8")
    return 0 if soaked.holds else 1


def _verdict_table(soaked: Soaked) -> Table:
    wrong = f"{len(soaked.wrong_honest)} wrong of the honest, {len(soaked.wrong_hostile)} of the attacks"
    table = Table(title=f"{soaked.candidates} candidates in {soaked.seconds:.0f} s, {wrong}")
    for column in ("programs", "verdicts"):
        table.add_column(column, overflow="fold")
    for group, counts in _by_group(soaked.verdicts).items():
        table.add_row(group, ", ".join(f"{verdict} {number}" for verdict, number in counts.most_common()))
    return table


def _by_group(verdicts: dict[str, dict[str, int]]) -> dict[str, Counter[str]]:
    """Add up the attacks of one group of the suite, which are named GROUP/NAME."""
    groups: dict[str, Counter[str]] = {}
    for name, counts in verdicts.items():
        groups.setdefault(name.partition("/")[0], Counter()).update(counts)
    return groups


def _growth_table(soaked: Soaked) -> Table:
    table = Table(title=f"growth after the first {WARM_SHARE:.0%}")
    for column in ("what", "tolerated", "because", "holds"):
        table.add_column(column, overflow="fold")
    for each in soaked.growth:
        style = None if each.holds else "bold red"
        tolerated = f"{each.tolerated / each.unit:.1f}"
        table.add_row(str(each), tolerated, each.why, "yes" if each.holds else "NO", style=style)
    return table


if __name__ == "__main__":
    raise SystemExit(main())
