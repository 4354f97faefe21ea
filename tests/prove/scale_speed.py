"""What a fleet gives and costs: `python -m tests.prove.scale_speed` shows its lines alone.

Rounds of what is compared alternate, so that a machine that is busy for a while is so for both.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from tests.prove.harness import Figure, Line, unwind_on_sigterm
from tests.prove.members import Member
from tests.support.nats_server import NatsServer
from verifierd_client import Candidate, Limits, Options, Problem, StdioTest, Verdict, Verifier

SLEEPS_S, SLEEPING_TESTS = 0.2, 5
SLEEPING_SANDBOXES = 3  # of each worker, so that two cores have room for the sleepers of two
SLEEPING_CANDIDATES, SLEEPING_ROUNDS = 30, 3
TWO_TO_ONE = 1.9

BUSY_S, BUSY_TESTS = 0.005, 10
BUSY_SANDBOXES, BUSY_CANDIDATES, BUSY_ROUNDS = 2, 150, 5
SINGLE_CALLS = 60
MOST_LOST, MOST_LATER_S = 0.15, 0.010

LIMITS = Limits(cpu_time_s=5.0, wall_time_s=20.0)
OPTIONS = Options(include_outputs=False)
NO_CACHE = {"VERIFIERD_CACHE__RESULT_MIB": "0"}
SLEEPER = "import time\ntime.sleep({seconds})\nprint(input())  # {number}\n"
BUSY = (
    "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"
    "print(input())  # {number}\n"
)
_NUMBERS = count()


def lines(scratch: Path) -> list[Line]:
    """The lines of the proof."""
    fleet = _Overhead(scratch)
    return [
        Line(
            f"two workers against one, on tests that sleep {SLEEPS_S} s",
            f">= {TWO_TO_ONE}x candidates/s",
            lambda: _two_to_one(scratch),
        ),
        Line(
            f"JetStream against local, batches of {BUSY_TESTS} tests of {BUSY_S * 1e3:.0f} ms",
            f"< {MOST_LOST:.0%} fewer candidates/s",
            fleet.throughput,
        ),
        Line(
            f"JetStream against local, Verify of one candidate with one test of {BUSY_S * 1e3:.0f} ms",
            f"< {MOST_LATER_S * 1e3:.0f} ms later at p50",
            fleet.latency,
        ),
    ]


def _two_to_one(scratch: Path) -> Figure:
    problem = _problem("sleeps", SLEEPING_TESTS)
    one, two = [], []
    with _fleet(scratch, workers=2, sandboxes=SLEEPING_SANDBOXES) as (address, workers):
        second = workers[1]
        for _ in range(SLEEPING_ROUNDS):
            two.append(_rate(address, problem, SLEEPER, SLEEPS_S, SLEEPING_CANDIDATES))
            second.end()
            one.append(_rate(address, problem, SLEEPER, SLEEPS_S, SLEEPING_CANDIDATES))
            second.bring_up()
            _until_seen(address, problem, 2)
    ratio = statistics.median(b / a for a, b in zip(one, two, strict=True))
    text = f"{ratio:.2f}x ({statistics.median(two):.1f} against {statistics.median(one):.1f} candidates/s)"
    return Figure(text, ratio >= TWO_TO_ONE, {"one": one, "two": two})


def _until_seen(address: str, problem: Problem, sandboxes: int) -> None:
    """Let the fleet take in who has come: a few candidates go through it."""
    _rate(address, problem, SLEEPER, 0.0, 4 * sandboxes)


class _Overhead:
    """A daemon with sandboxes of its own and a fleet with as many, side by side."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    @contextmanager
    def _both(self) -> Iterator[tuple[str, str]]:
        folder = Path(tempfile.mkdtemp(prefix="local-", dir=self._scratch))
        listen = f"unix:{folder}/api.sock"
        settings = NO_CACHE | {"VERIFIERD_SANDBOX__COUNT": str(BUSY_SANDBOXES)}
        local = Member("the local daemon", None, ["serve", "--listen", listen], settings, folder / "log")
        with ExitStack() as undo:
            undo.callback(local.end)
            local.bring_up()
            address, _ = undo.enter_context(_fleet(self._scratch, workers=1, sandboxes=BUSY_SANDBOXES))
            for each in (listen, address):
                _rate(each, _problem("warms up", 1), BUSY, BUSY_S, 4 * BUSY_SANDBOXES)
            yield listen, address

    def throughput(self) -> Figure:
        problem = _problem("busy", BUSY_TESTS)
        with self._both() as places:
            rates = _alternating(
                places, BUSY_ROUNDS, lambda place: _rate(place, problem, BUSY, BUSY_S, BUSY_CANDIDATES)
            )
        lost = 1 - statistics.median(there / here for here, there in rates)
        here, there = (statistics.median(each) for each in zip(*rates, strict=True))
        text = f"{lost:.1%} fewer ({there:.1f} against {here:.1f} candidates/s)"
        return Figure(text, lost < MOST_LOST, {"rounds": rates})

    def latency(self) -> Figure:
        problem = _problem("busy", 1)
        with self._both() as places:
            took = _alternating(
                places, SINGLE_CALLS, lambda place: 1 / _rate(place, problem, BUSY, BUSY_S, 1)
            )
        here, there = (statistics.median(each) for each in zip(*took, strict=True))
        text = f"{(there - here) * 1e3:.1f} ms later ({there * 1e3:.1f} against {here * 1e3:.1f} ms)"
        return Figure(text, there - here < MOST_LATER_S, {"calls_s": took})


def _alternating(
    places: tuple[str, str], rounds: int, measure: Callable[[str], float]
) -> list[tuple[float, float]]:
    """Return what was measured here and there, round by round; who goes first changes."""
    here, there = places
    measured = []
    for number in range(rounds):
        if number % 2:
            at_there = measure(there)
            measured.append((measure(here), at_there))
        else:
            at_here = measure(here)
            measured.append((at_here, measure(there)))
    return measured


def _problem(name: str, tests: int) -> Problem:
    return Problem(name, [StdioTest(f"{each}\n", f"{each}\n") for each in range(tests)], LIMITS)


def _rate(address: str, problem: Problem, program: str, seconds: float, candidates: int) -> float:
    """Return the candidates a second of one batch, each a program of its own. Raises AssertionError."""
    asked = [Candidate(program.format(seconds=seconds, number=next(_NUMBERS))) for _ in range(candidates)]
    with Verifier(address) as verifier:
        verifier.capabilities()  # the connection is no part of it
        began_s = time.perf_counter()
        judged = verifier.verify(problem, asked, OPTIONS)
        took_s = time.perf_counter() - began_s
    others = [result for result in judged.results if result.verdict is not Verdict.ACCEPTED]
    assert not others, f"{len(others)} of {candidates} were not accepted: {others[0]}"
    return candidates / took_s


@contextmanager
def _fleet(scratch: Path, workers: int, sandboxes: int) -> Iterator[tuple[str, list[Member]]]:
    """Run NATS, a front end and so many workers on this machine for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="fleet-", dir=scratch))
    listen = f"unix:{folder}/api.sock"
    with ExitStack() as undo:
        nats = undo.enter_context(NatsServer(folder))
        to_nats = NO_CACHE | {"VERIFIERD_JETSTREAM__SERVERS": nats.address}
        front_end = Member(
            "the front end",
            None,
            ["serve", "--listen", listen],
            to_nats | {"VERIFIERD_EXECUTOR__KIND": "jetstream"},
            folder / "front-end.log",
        )
        settings = to_nats | {"VERIFIERD_SANDBOX__COUNT": str(sandboxes)}
        members = [
            Member(f"worker {number}", None, ["worker"], settings, folder / f"worker-{number}.log")
            for number in range(workers)
        ]
        for member in (front_end, *members):
            undo.callback(member.end)
            member.bring_up()
        yield listen, members


def main(arguments: Sequence[str]) -> int:
    """Measure all lines, or those whose numbers are given."""
    holds = True
    unwind_on_sigterm()
    with tempfile.TemporaryDirectory(prefix="scale-") as scratch:
        Path(scratch).chmod(0o711)
        for number, line in enumerate(lines(Path(scratch)), 1):
            if arguments and str(number) not in arguments:
                continue
            figure = line.measure()
            holds = holds and figure.holds
            sys.stdout.write(f"{'holds' if figure.holds else 'FALLS SHORT'}: {line.what}: {figure.text}\n")
            sys.stdout.write(json.dumps(figure.facts) + "\n")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
