"""`top` shows what a daemon is at: one look for scripts, and a table of 80 columns for people."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from rich.console import Console

from tests.unit.cli.conftest import Command
from tests.unit.telemetry.readings import FULL
from tests.unit.telemetry.results import BATCH, CANDIDATE, COST, QUEUED_AT_NS, result
from verifierd.cli.output import money_text
from verifierd.cli.top_figures import Figures, Look, Rate, Samples, figures_of, quantile
from verifierd.cli.top_view import top_view
from verifierd.model import Verdict
from verifierd.observing import Work
from verifierd.telemetry.collecting import ReadingCollector
from verifierd.telemetry.counting import Counting
from verifierd.telemetry.endpoint import serving
from verifierd.telemetry.reading import Reading

STARTED = "process_start_time_seconds"


class Counted:
    """What a daemon counts, and what it has in hand."""

    def __init__(self, reading: Reading = FULL) -> None:
        self.registry = CollectorRegistry()
        self.observer = Counting(self.registry)
        self.reading = reading

    def judge(self, *verdicts: Verdict) -> None:
        for verdict in verdicts:
            self.observer.candidate_judged(BATCH, CANDIDATE, QUEUED_AT_NS, result(verdict), COST)

    def look(self, at_s: float, started_at_s: float = 1000.0) -> Look:
        seen = CollectorRegistry()
        seen.register(ReadingCollector(lambda: (self.reading, 0.002)))
        text = generate_latest(self.registry).decode() + generate_latest(seen).decode()
        return Look(at_s, Samples.read(f"{text}{STARTED} {started_at_s}\n"))


@contextmanager
def _served(reading: Reading = FULL) -> Iterator[str]:
    """An endpoint in an event loop of its own."""
    counted, loop = Counted(reading), asyncio.new_event_loop()
    counted.judge(Verdict.ACCEPTED, Verdict.WRONG_ANSWER)
    address: list[str] = []
    is_up, may_end = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with serving("127.0.0.1:0", counted.registry, lambda: counted.reading) as where:
            address.append(where)
            is_up.set()
            await may_end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert is_up.wait(20)
        yield address[0]
    finally:
        loop.call_soon_threadsafe(may_end.set)
        thread.join()
        loop.close()


def test_what_is_told_per_second_is_since_the_look_before() -> None:
    counted = Counted()
    counted.judge(*[Verdict.ACCEPTED] * 10)
    before = counted.look(1100.0)
    counted.judge(*[Verdict.ACCEPTED] * 6, Verdict.RUNTIME_ERROR)
    figures = figures_of(counted.look(1102.0), before)
    assert (figures.candidates.count, figures.candidates.per_second) == (17, 3.5)
    assert figures.verdicts["ACCEPTED"].per_second == 3
    assert figures.usd_per_hour == pytest.approx(7 * COST.money_usd * 1800)


def test_the_first_look_is_since_the_start() -> None:
    counted = Counted()
    counted.judge(*[Verdict.ACCEPTED] * 50)
    figures = figures_of(counted.look(1100.0), None)
    assert (figures.up_s, figures.candidates.per_second) == (100, 0.5)


def test_a_daemon_that_was_restarted_counts_from_its_start() -> None:
    counted = Counted()
    counted.judge(*[Verdict.ACCEPTED] * 50)
    before = counted.look(1100.0)
    fresh = Counted()
    fresh.judge(*[Verdict.ACCEPTED] * 4)
    figures = figures_of(fresh.look(1104.0, started_at_s=1102.0), before)
    assert (figures.candidates.count, figures.candidates.per_second) == (4, 2)


def test_several_daemons_add_up_and_the_fleet_that_all_of_them_see_does_not() -> None:
    one = Counted()
    other = Counted(replace(FULL, not_ready={"store": "its disk is full"}))
    one.judge(Verdict.ACCEPTED)
    other.judge(Verdict.WRONG_ANSWER)
    merged = Samples.merged([one.look(0).samples, other.look(0).samples])
    figures = figures_of(Look(1100.0, merged), None)
    assert (figures.batches, figures.waiting, figures.slots) == (6, 80, 8)
    assert (figures.oldest_s, figures.workers) == (90, {"ready": 1, "draining": 1})
    assert figures.candidates.count == 2
    assert not figures.is_ready


@pytest.mark.parametrize(
    ("share", "counts", "value"),
    [
        (0.5, {}, 0),
        (0.5, {1.0: 0, float("inf"): 0}, 0),
        (0.5, {1.0: 10, 2.0: 10, float("inf"): 10}, 0.5),
        (0.95, {1.0: 10, 2.0: 20, float("inf"): 20}, 1.9),
        (0.95, {1.0: 10, float("inf"): 20}, 1.0),
    ],
)
def test_quantiles_are_those_of_prometheus(share: float, counts: Mapping[float, float], value: float) -> None:
    assert quantile(share, counts) == pytest.approx(value)


def _figures() -> Figures:
    counted = Counted()
    counted.judge(*[Verdict.ACCEPTED] * 12_345, *Verdict)
    return figures_of(counted.look(10_000_000.0), None)


def _shown(figures: Figures, troubles: Mapping[str, str] | None = None, columns: int = 80) -> list[str]:
    """The lines of a look."""
    console = Console(width=columns, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(top_view(figures, ["127.0.0.1:9464"], 0.0, troubles or {}))
    console.file.close()
    return console.export_text().splitlines()


def test_what_a_worker_ran_for_its_front_ends_is_shown_and_not_counted_as_judged() -> None:
    counted = Counted()
    assert figures_of(counted.look(1100.0), None).worked is None
    for candidate in ("a", "b"):
        counted.observer.work_done(Work(BATCH.id, candidate, "python", "", 3, 0, 0, 10**9))
    figures = figures_of(counted.look(1100.0), None)
    assert (figures.worked, figures.candidates.count) == (Rate(2, 0.02), 0)
    (line,) = [line for line in _shown(figures) if "for a fleet" in line]
    assert "2, 0.0 a second" in line


@pytest.mark.parametrize("usd", [0.0000208803, 1234.5])
def test_no_title_and_no_sum_is_folded_in_eighty_columns(usd: float) -> None:
    figures = replace(_figures(), usd=usd, usd_per_hour=usd / 30, stages_s={}, verdicts={})
    text = "\n".join(_shown(figures))
    assert "Time: half, 95 % within" in text
    assert f"an hour         {money_text(usd / 30)} " in text


def test_a_look_fits_eighty_columns() -> None:
    lines = _shown(_figures(), {"b:1": "it does not answer"})
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 34
    text = "\n".join(lines)
    for told in ("12,356", "time limit", "our error", "audit store", "1 ready, 1 draining", "b:1: it does"):
        assert told in text


def test_a_wide_terminal_of_twenty_four_lines_shows_all_of_a_look() -> None:
    wide = _shown(_figures(), columns=120)
    assert max(map(len, wide)) <= 120
    assert len(wide) <= 24
    words = {word for line in _shown(_figures()) for word in line.split()}
    assert words == {word for line in wide for word in line.split()}


def test_one_look_as_json_has_every_figure(command: Command) -> None:
    with _served() as address:
        done = command("top", address, "--once", "--json")
    (look,) = done.json_lines
    assert done.code == 0
    assert (look["waiting"], look["is_ready"], look["addresses"]) == (40, True, [address])
    assert look["verdicts"]["ACCEPTED"]["count"] == 1
    assert look["stages_s"]["run"]["p50"] > 0
    assert look["caches"]["result"]["bytes"] == 1024


def test_without_a_terminal_it_is_one_look(command: Command) -> None:
    with _served() as address:
        done = command("top", address)
    assert (done.code, done.err) == (0, "")
    assert "ready" in done.out
    assert "\x1b" not in done.out


def test_a_daemon_that_takes_no_work_is_an_answer_of_no(command: Command) -> None:
    with _served(replace(FULL, not_ready={"store": "its disk is full"})) as address:
        done = command("top", address, "--once")
    assert done.code == 1
    assert "not ready" in done.out


def test_an_address_where_nobody_answers_is_named_with_what_to_do(command: Command) -> None:
    done = command("top", "127.0.0.1:9", "--once")
    assert done.code == 3
    assert done.err.count("127.0.0.1:9") == 1
    assert "telemetry.listen" in done.err


def test_what_is_no_address_is_refused(command: Command) -> None:
    assert command("top", "localhost", "--once").code == 2


def test_who_does_not_answer_among_others_is_told_beside_them(command: Command) -> None:
    with _served() as address:
        done = command("top", address, "127.0.0.1:9", "--once", "--json")
    assert done.code == 3
    assert list(done.json_lines[0]["troubles"]) == ["127.0.0.1:9"]
    assert done.json_lines[0]["waiting"] == 40


def test_in_a_terminal_it_is_kept_up_until_a_signal_and_leaves_the_terminal_as_it_was() -> None:
    with _served() as address:
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm", COLUMNS="80", LINES="40")
            os.execv(sys.executable, [sys.executable, "-m", "verifierd", "top", address, "--every", "0.2"])  # noqa: S606
        written = b""
        while written.count(b"Candidates") < 3:
            written += os.read(terminal, 1 << 16)
        os.kill(pid, signal.SIGINT)
        try:
            while more := os.read(terminal, 1 << 16):
                written += more
        except OSError:
            pass  # as Linux tells the end of a terminal
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    screens = re.findall(rb"\x1b\[\?1049[hl]", written)
    assert screens == [b"\x1b[?1049h", b"\x1b[?1049l"]
    assert b"Traceback" not in written


def test_the_process_is_told_of_by_its_own_metrics() -> None:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    assert Samples.read(generate_latest(registry).decode()).total(STARTED) > 0
