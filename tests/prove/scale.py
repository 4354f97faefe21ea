"""What `make prove-scale` measures: three hosts amid faults, what a fleet gives and costs, who is let in."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

from tests.prove import scale_crowd, scale_hosts, scale_speed
from tests.prove.harness import Figure, Line, NotMeasured
from tests.security.callers.serving import abused, percentile
from tests.security.records import run_pytest
from tests.support.backends import FLEET

SUITE_S = 1800.0
ABUSE_S, IDLE_STREAMS, MOST_RATIO = 300.0, 10_000, 5.0
CALLS_BEFORE, ELSEWHERE_S = 400, 60.0
INTEGRATION, UNIT = Path("tests/integration"), Path("tests/unit")
TOOLS = ("promtool", "docker-compose", "systemd-analyze", "helm", "kubeconform")


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in: what needs a quiet machine first."""
    return [
        *map(
            _with_nats,
            [
                *scale_speed.lines(scratch),
                *scale_crowd.lines(scratch),
                *scale_hosts.lines(repository, scratch),
            ],
        ),
        Line(
            "a client of one tenant tries 30 ways to see, cancel or poison another's; tokens, TLS, quotas",
            "none succeeds; all tests green",
            lambda: _suite(repository, INTEGRATION / "identity", UNIT / "identity"),
        ),
        Line(
            f"{ABUSE_S:.0f} s of malformed frames, floods, slow readers and {IDLE_STREAMS:,} idle streams",
            f"a well-behaved client's calls all right, p99 under {MOST_RATIO:.0f}x",
            _abused,
        ),
        Line(
            "executors, local and jetstream, in one suite: what every backend must do, of a front end and a "
            "worker",
            "all tests green",
            lambda: _suite(repository, Path("tests", "conformance"), selected=FLEET.name, everywhere=True),
        ),
        Line(
            "chunks, capabilities, priorities, tenants, losses; several front ends over one store",
            "all tests green",
            lambda: _suite(repository, INTEGRATION / "fleet", INTEGRATION / "durable", UNIT / "fleet"),
        ),
        Line(
            "chart, compose files, units, release, alerts and dashboard",
            "all tests green; who checked is said",
            lambda: _deployed(repository),
        ),
    ]


def _with_nats(line: Line) -> Line:
    def measure() -> Figure:
        if shutil.which("nats-server") is None:
            raise NotMeasured("there is no nats-server (Debian: apt-get install nats-server)")
        return line.measure()

    return replace(line, measure=measure)


def _abused() -> Figure:
    found = asyncio.run(abused(ABUSE_S, IDLE_STREAMS, CALLS_BEFORE, ELSEWHERE_S))
    before, elsewhere, during = (
        percentile(each, 0.99) * 1e3 for each in (found.before_s, found.elsewhere_s, found.during_s)
    )
    text = (
        f"p99 {found.p99_ratio:.1f}x ({during:.0f} against {before:.0f} ms, {len(found.during_s):,} calls; "
        f"{elsewhere:.0f} ms while a second daemon is abused on these processors); "
        f"{len(found.failures)} failures; the daemon grew by {found.grown_bytes >> 20} MiB"
    )
    holds = not found.failures and found.p99_ratio < MOST_RATIO
    return Figure(text, holds, {"abused": found.abused, "failures": found.failures[:20]})


def _suite(repository: Path, *paths: Path, selected: str = "", everywhere: bool = False) -> Figure:
    if absent := [str(path) for path in paths if not (repository / path).exists()]:
        raise NotMeasured(f"there is no {absent[0]}")
    ran = run_pytest(*paths, limit_s=SUITE_S, selected=selected, everywhere=everywhere)
    return Figure(ran.summary, ran.is_green, {"tail": ran.tail, "unrun": ran.unrun})


def _deployed(repository: Path) -> Figure:
    figure = _suite(repository, INTEGRATION / "deploy", UNIT / "deploy", UNIT / "telemetry")
    here = [tool for tool in TOOLS if shutil.which(tool)]
    text = f"{figure.text}; here: {', '.join(here) or 'none'}; not here: {', '.join(set(TOOLS) - set(here))}"
    return Figure(text, figure.holds, figure.facts)
