"""Programs that make random system calls or answer out of protocol, each derived from a seed and a number."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from verifierd_client import AssertsTest, CallTest, Limits, Problem, StdioTest

MIB = 1 << 20
LIMITS = Limits(
    cpu_time_s=0.5,
    wall_time_s=3.0,
    memory_bytes=64 * MIB,
    output_bytes=64 << 10,
    processes=16,
    open_files=64,
    disk_bytes=4 * MIB,
)
CALLS_A_CHILD, CHILDREN = 40, 6
NUMBERS = 470  # somewhat more system calls than there are
X32_BIT = 0x40000000
SECRET = 48_151_623  # what honest programs answer to 16,050,541: nothing hostile comes upon it

# Every child makes its calls until one ends it or the alarm does; what it did to itself ends with it.
SYSTEM_CALLS = """
import ctypes, os, signal, sys, threading
call = ctypes.CDLL(None, use_errno=True).syscall
call.argtypes = [ctypes.c_long] * 7
buffer = ctypes.create_string_buffer(1 << 16)
ctypes.memmove(buffer, b"/tmp/x\\0", 7)
address = ctypes.addressof(buffer)
own = {{"buffer": address, "string": address, "middle": address + 4096, "pid": os.getpid()}}
own["thread"] = threading.get_native_id()

def make(calls):
    for number, *arguments in calls:
        call(number, *(own.get(each, each) if isinstance(each, str) else each for each in arguments))

for calls in {children}:
    try:
        child = os.fork()
        if child == 0:
            signal.setitimer(signal.ITIMER_REAL, 0.15)
            {how}
            os._exit(0)
        os.waitpid(child, 0)
    except OSError:
        pass
make({last})
"""
HOWS = ["make(calls)", "t = threading.Thread(target=make, args=(calls,)); t.start(); t.join()"]
# The result's pipe is 3, the line to the test program is 4; a run without one has neither.
LIAR = """
import os, sys, time
said = {said}
def f(x):
    return 7
for fd, text in said:
    try:
        os.write(fd, text.encode("latin-1"))
    except OSError:
        pass
{end}
"""
ENDS = ["", "os._exit(0)", "sys.exit(0)", "os.close(4)", "raise AssertionError", "f = type('F', (), {})"]
TAGS = [
    "$tuple",
    "$set",
    "$dict",
    "$mine",
    "$yours",
    "$same",
    "$std",
    "$builtin",
    "$exception",
    "$opaque",
    "$int",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of hostile program, the problem it meets, and a program that solves that."""

    name: str
    problem: Problem
    honest: str
    hostile: Callable[[Random], str]


def hostile(kind: Kind, seed: int, number: int) -> str:
    """Return a program of a kind; the same for the same seed and number."""
    return f"# {kind.name} {seed} {number}\n" + kind.hostile(Random(f"{kind.name} {seed} {number}"))


def _system_calls(random: Random) -> str:
    children = [[_call(random) for _ in range(CALLS_A_CHILD)] for _ in range(CHILDREN)]
    last = [_call(random) for _ in range(5)]
    return SYSTEM_CALLS.format(children=children, last=last, how=random.choice(HOWS))


def _call(random: Random) -> list[Any]:
    number = random.randrange(NUMBERS)
    if random.random() < 0.05:
        number = random.choice([-1, number | X32_BIT, random.getrandbits(31), 1 << 40])
    return [number, *(_argument(random) for _ in range(6))]


def _argument(random: Random) -> Any:
    match random.randrange(8):
        case 0 | 1:
            return random.randrange(-1, 8)
        case 2:
            return 0
        case 3 | 4:
            return random.choice(["buffer", "string", "middle"])
        case 5:
            return random.choice(["pid", "thread", 1, 2, -1, -100])  # -100: AT_FDCWD
        case 6:
            return 1 << random.randrange(63)
    return random.choice([4096, 65536, 0x7FFFFFFF, -(1 << 63), random.getrandbits(32)])


def _liar(random: Random) -> str:
    said = [(random.choice([1, 3, 3, 4, 4, 4]), _lie(random)) for _ in range(random.randint(1, 5))]
    return LIAR.format(said=said, end=random.choice(ENDS))


def _lie(random: Random) -> str:
    """Text for the result's pipe or for the line: nearly right, and cut or changed now and then."""
    match random.randrange(5):
        case 0:
            text = '{"returned":' + json.dumps(_form(random, 3)) + "}"
        case 1:
            text = json.dumps({"behaviour": "0" * 64, "by_candidate": False, "raised": _form(random, 2)})
        case 2:
            text = "".join(chr(random.randrange(256)) for _ in range(random.randrange(40)))
        case _:
            reply: dict[str, Any] = {"answers": random.randint(1, 3)}
            for field in random.sample(["names", "returned", "raised", "changed", "items"], 2):
                reply[field] = {"f": {"value": _form(random, 3)}} if field == "names" else _form(random, 3)
            body = json.dumps(reply)
            text = len(body).to_bytes(4, "big").decode("latin-1") + body
    if random.random() < 0.2:
        text = text[: random.randrange(len(text) + 1)]
    return text


def _form(random: Random, depth: int) -> Any:
    if depth == 0 or random.random() < 0.3:
        return random.choice([None, True, 0, 7, -1.5, "x", "object", [], {}])
    match random.randrange(3):
        case 0:
            return [_form(random, depth - 1) for _ in range(random.randrange(3))]
        case 1:
            told = {"id": 0, "class": "C", "kind": 0, "callable": True, "iterator": random.random() < 0.5}
            return {"$mine": told}
    return {random.choice(TAGS): _form(random, depth - 1)}


KINDS = (
    Kind(
        "system calls",
        Problem("calls", [StdioTest(f"{SECRET // 3}\n", f"{SECRET}\n")], LIMITS),
        "print(3 * int(input()))\n",
        _system_calls,
    ),
    Kind(
        "liars in a call",
        Problem("call", [CallTest("f", [SECRET // 3], SECRET)], LIMITS),
        "def f(x):\n    return 3 * x\n",
        _liar,
    ),
    Kind(
        "liars beside asserts",
        Problem("asserts", [AssertsTest(f"assert f({SECRET // 3}) == {SECRET}\n")], LIMITS),
        "def f(x):\n    return 3 * x\n",
        _liar,
    ),
)
