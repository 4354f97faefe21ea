"""What a soak sends: honest programs whose verdicts are known, and attacks, no two programs alike."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifierd_client import Checker, Limits, Problem, StdioTest, Verdict

MIB = 1 << 20
ANSWER = 48_151_623
TESTS = [StdioTest(f"{ANSWER - 1}\n", f"{ANSWER}\n")]
HONEST = Problem("soak, honest", TESTS, Limits(cpu_time_s=2.0, wall_time_s=20.0, memory_bytes=64 * MIB))
SMALL = Limits(
    cpu_time_s=0.3,
    wall_time_s=5.0,
    memory_bytes=48 * MIB,
    output_bytes=64 << 10,
    processes=16,
    open_files=64,
    disk_bytes=MIB,
)
SLOW = {Verdict.TIME_LIMIT_EXCEEDED}  # a soak has thousands of attacks and minutes for them
PORT = "{port}"  # what only the suite itself can fill in
CONTAINED = "contained\n"  # what an attack of the suite prints where it got nowhere


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile program and the verdicts that it may get; ACCEPTED is for having said that it got nowhere."""

    name: str
    source: str
    limits: Limits
    allowed: frozenset[Verdict]
    stdin: str = ""
    leaves: str = ""  # the file that it writes its answer to, in place of standard output


@dataclass(frozen=True, slots=True)
class Sent:
    """One candidate of a soak: what it is and what it may get."""

    name: str
    source: str
    problem: Problem
    allowed: frozenset[Verdict]
    hostile: bool


HONEST_SOURCES = {
    Verdict.ACCEPTED: "number = {number}\nprint(int(input()) + number + 1 - number)\n",
    Verdict.WRONG_ANSWER: "print(int(input()) + {number} + 2)\n",
    Verdict.RUNTIME_ERROR: "raise ValueError({number})\n",
    Verdict.COMPILE_ERROR: "def f{number}(:\n",
}
OWN_ATTACKS = {
    "fork bomb": (
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
        {Verdict.TIME_LIMIT_EXCEEDED, Verdict.MEMORY_LIMIT_EXCEEDED, Verdict.RUNTIME_ERROR},
    ),
    "memory bomb": (
        "held = []\nwhile True:\n    held.append(bytearray(1 << 20))\n",
        {Verdict.MEMORY_LIMIT_EXCEEDED},
    ),
    "fills /tmp": (
        "number = 0\nwhile True:\n    number += 1\n    with open(f'/tmp/{number}', 'wb') as file:\n"
        "        file.write(bytes(1 << 16))\n",
        {Verdict.RUNTIME_ERROR, Verdict.MEMORY_LIMIT_EXCEEDED},
    ),
    "kills everything": (
        "import os\nos.kill(-1, 9)\n",
        {Verdict.WRONG_ANSWER, Verdict.RUNTIME_ERROR},
    ),
    "output flood": (
        "while True:\n    print('x' * 65536)\n",
        {Verdict.OUTPUT_LIMIT_EXCEEDED},
    ),
    "detached daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(600)\n    os._exit(0)\nos.wait()\n",
        {Verdict.WRONG_ANSWER},
    ),
}


def own_attacks() -> list[Attack]:
    """A handful that need nothing else."""
    return [
        Attack(name, source, SMALL, frozenset(allowed)) for name, (source, allowed) in OWN_ATTACKS.items()
    ]


def attacks(backend: str) -> list[Attack]:
    """The attacks of a soak: its own, by turns with those of the suite that end by themselves."""
    try:
        suite = importlib.import_module("tests.security.attacks.attack")
    except ModuleNotFoundError:
        return own_attacks()
    own = own_attacks()
    others = [
        Attack(str(found), found.source, found.limits, found.expected_by(backend), found.stdin, found.leaves)
        for found in suite.find_attacks()
        if found.language == "python"
        and found.copies == 1
        and backend not in found.defects
        and PORT not in found.stdin
        and not found.expected_by(backend) & SLOW
    ]
    mixed = []
    for place, attack in enumerate(others):
        mixed += [own[place % len(own)], attack]
    return mixed or own


def candidates(count: int, hostile_one_in: int, hostile: Sequence[Attack]) -> Iterator[Sent]:
    """Yield so many candidates, one in so many an attack; verdicts and attacks take turns."""
    known = list(HONEST_SOURCES)
    problems: dict[tuple[Limits, str, str], Problem] = {}
    for number in range(count):
        if number % hostile_one_in == hostile_one_in - 1:
            attack = hostile[number // hostile_one_in % len(hostile)]
            test = StdioTest(attack.stdin, CONTAINED, output_file=attack.leaves)
            met = Problem("soak, attacks", [test], attack.limits, Checker("exact"))
            problem = problems.setdefault((attack.limits, attack.stdin, attack.leaves), met)
            source = f"{attack.source}\n# {number}\n"
            yield Sent(attack.name, source, problem, attack.allowed, hostile=True)
        else:
            verdict = known[number % len(known)]
            source = HONEST_SOURCES[verdict].format(number=number)
            yield Sent(verdict.value, source, HONEST, frozenset({verdict}), hostile=False)
