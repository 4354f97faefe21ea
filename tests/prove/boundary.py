"""What `make prove-boundary` measures: the wall holds, honest programs pass it, and the meters are true."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.conformance import accuracy
from tests.prove import soak
from tests.prove.harness import Figure, Line, NotMeasured
from tests.security.records import FOLDERS, Row, forget, rows_of, run_pytest
from tests.support.backends import BACKENDS, why_not

SUITE_S = 3600.0
SOAK_S = 1800.0
FUZZ_S = 300
GVISOR = "docker-runsc"
CONFORMANCE = Path("tests", "conformance")
HEAVYWEIGHTS = ("test_heavyweights.py",)
MEASUREMENT = ("test_measurement.py", "test_cpu_time.py", "test_peak_memory.py")  # those that are there


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""
    attacks, hacks = _Suite(repository, "attacks"), _Suite(repository, "hacks")
    soaked = _Soak(repository)
    gvisor = [backend.name for backend in BACKENDS if backend.name == GVISOR and not why_not(backend)]
    coarse = accuracy.EXCEPTIONS[GVISOR]
    return [
        Line("attacks, on every backend", "0 escapes, 0 wrong verdicts", attacks.contained),
        Line("reward hacks, on every backend", "0 false ACCEPTED", hacks.refused),
        Line("honest odd programs, on every backend", "0 refused", hacks.honest),
        Line("the host after each attack, against before", "no difference", attacks.host),
        Line(
            f"{soak.CANDIDATES:,} candidates, every tenth an attack: wrong verdicts among the rest",
            "0",
            soaked.verdicts,
        ),
        Line(
            f"growth of daemon and host between the {soak.CANDIDATES * soak.WARM_SHARE:,.0f}th and the last",
            "none",
            soaked.growth,
        ),
        Line(
            "honest heavyweights under default limits: numpy with BLAS threads, 64 threads, "
            "512 MiB array, recursion to 100,000, and others",
            "all ACCEPTED",
            lambda: _conformance(repository, HEAVYWEIGHTS, f"not {GVISOR}"),
        ),
        *(
            Line(
                "the same under gVisor",
                "all ACCEPTED, but what exceptions.py names",
                lambda: _conformance(repository, HEAVYWEIGHTS, GVISOR, with_exceptions=True),
            )
            for _ in gvisor
        ),
        Line(
            f"fuzzing for {FUZZ_S // 60} minutes: frames, values, calls, requests, system calls",
            "0 daemon failures",
            lambda: _fuzz(repository),
        ),
        Line(
            "measurement against programs of known use",
            "CPU within 5 % or 5 ms, peak memory within 5 % or 2 MiB",
            lambda: _conformance(repository, MEASUREMENT, f"not {GVISOR}"),
        ),
        *(
            Line(
                "the same under gVisor, whose meters are coarser, but what exceptions.py names",
                f"CPU within {coarse.share:.0%} or {coarse.cpu_s * 1e3:.0f} ms, peak memory within "
                f"{coarse.share:.0%} or {coarse.memory_bytes >> 20} MiB",
                lambda: _conformance(repository, MEASUREMENT, GVISOR, with_exceptions=True),
            )
            for _ in gvisor
        ),
    ]


class _Suite:
    """One of the suites, run once on every backend that this host can run."""

    def __init__(self, repository: Path, suite: str) -> None:
        self._folder = repository / FOLDERS[suite]
        self._suite = suite

    @cached_property
    def _rows(self) -> list[Row]:
        if not self._folder.is_dir():
            raise NotMeasured(f"there is no {FOLDERS[self._suite]}")
        forget(self._suite)
        self._ran = run_pytest(FOLDERS[self._suite], limit_s=SUITE_S)
        rows = rows_of(self._suite)
        if not rows:
            raise NotMeasured(f"the suite left no rows: {self._ran.summary}: {self._ran.tail[-500:]}")
        return rows

    def contained(self) -> Figure:
        rows = self._rows
        escapes = [row for row in rows if row.false_accepted or row.host_ok is False]
        wrong = [row for row in rows if not row.as_expected]
        text = f"{_reach(rows, 'attacks')}, {len(escapes)} escapes, {len(wrong)} wrong verdicts"
        text += self._ran.told_defects
        return self._figure(text, not escapes and not wrong and self._ran.is_green, [*escapes, *wrong])

    def host(self) -> Figure:
        looked_at = [row for row in self._rows if row.host_ok is not None]
        changed = [row for row in looked_at if not row.host_ok]
        text = f"{len(changed)} of {len(looked_at)} changed it"
        return self._figure(text, bool(looked_at) and not changed, changed)

    def refused(self) -> Figure:
        hacks = [row for row in self._rows if not _is_honest(row)]
        accepted = [row for row in hacks if row.false_accepted]
        wrong = [row for row in hacks if not row.as_expected and not row.false_accepted]
        text = f"{_reach(hacks, 'programs')}, {len(accepted)} false ACCEPTED"
        text += f", {len(wrong)} with another wrong verdict" if wrong else ""
        text += self._ran.told_defects
        holds = bool(hacks) and not accepted and not wrong and self._ran.is_green
        return self._figure(text, holds, [*accepted, *wrong])

    def honest(self) -> Figure:
        honest = [row for row in self._rows if _is_honest(row)]
        refused = [row for row in honest if row.honest_refused]
        text = f"{_reach(honest, 'programs')}, {len(refused)} refused"
        return self._figure(text, bool(honest) and not refused, refused)

    def _figure(self, text: str, holds: bool, wrong: Sequence[Row]) -> Figure:
        facts: dict[str, Any] = {"pytest": self._ran.summary, "not_run": _not_run()}
        facts["wrong"] = [
            f"{row.group}/{row.program} on {row.backend}: expected {row.expected}, got {row.got}"
            + (", the host changed" if row.host_ok is False else "")
            for row in wrong
        ]
        facts["defects"] = self._ran.defects
        if not holds:
            facts["tail"] = self._ran.tail
        return Figure(text + _told_not_run(), holds, facts)


class _Soak:
    """The long run, made once, on the first backend that this host can run."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    @cached_property
    def _report(self) -> dict[str, Any]:
        backend = _first_backend()
        file = self._repository / "build" / f"soak-{backend}.json"
        file.unlink(missing_ok=True)
        return _report_of(["tests.prove.soak", "--backend", backend], file, SOAK_S, self._repository)

    def verdicts(self) -> Figure:
        report = self._report
        honest, hostile = report["wrong_honest_total"], report["wrong_hostile_total"]
        rest = report["candidates"] - report["hostile"]
        text = f"{honest} of {rest:,} on {report['backend']} in {report['seconds']:.0f} s"
        text += f"; {hostile} of {report['hostile']:,} attacks got a verdict that they must not"
        facts = {name: report[name] for name in ("wrong_honest", "wrong_hostile", "verdicts")}
        return Figure(text, rest > 0 and not honest and not hostile, facts)

    def growth(self) -> Figure:
        growth = self._report["growth"]
        holds = bool(growth) and all(each["holds"] for each in growth)
        return Figure("; ".join(each["told"] for each in growth), holds, {"growth": growth})


def _conformance(
    repository: Path, names: Sequence[str], selected: str, with_exceptions: bool = False
) -> Figure:
    """Run conformance tests, those of the files that are there, on the selected backends."""
    files = [CONFORMANCE / name for name in names if (repository / CONFORMANCE / name).is_file()]
    if not files:
        raise NotMeasured(f"there is none of {', '.join(names)} in {CONFORMANCE}")
    ran = run_pytest(*files, limit_s=SUITE_S, selected=selected)
    facts = {"tail": ran.tail, "files": list(map(str, files)), "not_run": _not_run(), "defects": ran.defects}
    text = ran.summary + ran.told_defects + "".join(f"; on no backend: {each}" for each in ran.unrun)
    holds = ran.is_as_expected if with_exceptions else ran.is_green and not ran.unrun
    return Figure(text + _told_not_run(), holds, facts)


def _fuzz(repository: Path) -> Figure:
    backend = _first_backend()
    file = repository / "build" / f"fuzz-{backend}.json"
    file.unlink(missing_ok=True)
    arguments = ["tests.security.fuzz", "--seconds", str(FUZZ_S), "--backend", backend]
    report = _report_of(arguments, file, 3.0 * FUZZ_S, repository)
    failures, lost = len(report["failures"]), len(report["daemon_failures"])
    text = f"{lost} daemon failures, {failures} other failures in {report['total_cases']:,} cases of "
    text += f"{len(report['cases'])} kinds, seed {report['seed']}, on {backend}"
    return Figure(text, bool(report["holds"]) and report["total_cases"] > 0, report)


def _report_of(module: list[str], file: Path, limit_s: float, repository: Path) -> dict[str, Any]:
    """Run a module, which writes its report into the file and exits 1 where that does not hold.

    Raises:
        RuntimeError: it wrote none.
    """
    ran = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=repository,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    if not file.is_file():
        tail = (ran.stderr.strip() or ran.stdout.strip())[-500:]
        raise RuntimeError(f"{module[0]} ended with {ran.returncode} and left no report: {tail}")
    report: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return report


def _reach(rows: Sequence[Row], what: str) -> str:
    """Say how many programs there are and on how many backends they ran."""
    by_backend = Counter(row.backend for row in rows)
    backends = "backend" if len(by_backend) == 1 else "backends"
    return f"{max(by_backend.values(), default=0)} {what} on {len(by_backend)} {backends}"


def _is_honest(row: Row) -> bool:
    return row.expected.startswith("ACCEPTED")


def _first_backend() -> str:
    for backend in BACKENDS:
        if not why_not(backend):
            return backend.name
    raise NotMeasured(_told_not_run().strip("; "))


def _not_run() -> dict[str, str]:
    """Why this host cannot run a backend, for each that it cannot."""
    return {backend.name: reason for backend in BACKENDS if (reason := why_not(backend))}


def _told_not_run() -> str:
    return "".join(f"; not on {name}: {reason}" for name, reason in _not_run().items())
