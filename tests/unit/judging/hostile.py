"""Outputs made to cost a checker more than they are worth, and a command that judges them.

    echo '["stdio", "tokens", {}]' | python -m tests.unit.judging.hostile

judges them all with the checker that a line names, in a child of its own and within the memory that is
allowed, and prints what each cost as a JSON object a line; the line's last says how the child ended.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from sandboxes.inside.values import Opaque
from sandboxes.model import MathAnswer
from verifierd.judging.checkers import CHECKERS, KIND_NAMES
from verifierd.judging.mathematics import Comparison
from verifierd.model import AnswerTest, CallTest, FilesTest, StdioTest
from verifierd.model.sizes import bytes_of

MIB = 1 << 20
ALLOWED_BYTES = 1024 * MIB
COUNTED_BYTES = 1 << 40
DEPTH = 100_000  # of JSON; values as deep are not even read
MILLION = 1_000_000

Outputs = Callable[[], tuple[Any, Any]]


def _changed(output: bytes) -> tuple[bytes, bytes]:
    """Return an output and one whose last byte is another."""
    return output, output[:-1] + b"8"


def _deep(innermost: Any, wrap: Callable[[Any], Any], depth: int) -> Any:
    value = innermost
    for _ in range(depth):
        value = wrap(value)
    return value


PRINTED: dict[str, Outputs] = {
    "digits": lambda: _changed(b"9" * 10 * MILLION),
    "fraction": lambda: _changed(b"0." + b"3" * 2 * MILLION),
    "exponents": lambda: (b"1e999 " * 100_000, b"1e998 " * 100_000),
    "exponents by line": lambda: (b"1e999\n" * 100_000, b"1e999999999\n" * 100_000),
    "long exponent": lambda: _changed(b"1e" + b"9" * 2 * MILLION),
    "not finite": lambda: (b"nan inf -inf snan Infinity\n" * 20_000, b"inf nan -Infinity snan 1\n" * 20_000),
    "a million tokens": lambda: _changed(b"1 " * MILLION),
    "a million lines": lambda: _changed(b"1\n" * 300_000),
    "other tokens": lambda: (
        b" ".join(b"%d" % n for n in range(200_000)),
        b" ".join(b"%d" % n for n in range(200_000, 0, -1)),
    ),
    "floats that are near": lambda: (b"1.5\n" * 100_000, b"1.5000001\n" * 99_999 + b"7\n"),
    "line ends": lambda: _changed(b"\n" * 2 * MILLION),
    "carriage returns": lambda: _changed(b"\r" * 2 * MILLION),
    "blanks": lambda: _changed(b" \t" * MILLION),
    "yes": lambda: _changed(b"YES no " * 100_000),
    "deep lists": lambda: (b"[" * DEPTH + b"]" * DEPTH, b"[" * DEPTH + b"1" + b"]" * DEPTH),
    "deep objects": lambda: (b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, b'{"a":' * DEPTH + b"2" + b"}" * DEPTH),
    "brackets": lambda: _changed(b"[" * MILLION),
    "wide lists": lambda: (b"[" + b"[]," * 200_000 + b"1]", b"[" + b"[]," * 200_000 + b"2]"),
    "long integer in a list": lambda: (b"[1]", b"[" + b"9" * MILLION + b"]"),
    "not UTF-8": lambda: _changed(bytes(range(128, 256)) * 8_000),
    "lone surrogates": lambda: _changed("\ud800".encode("utf-8", "surrogatepass") * 300_000),
    "escaped surrogates": lambda: (b'"' + b"\\ud800" * 200_000 + b'"', b'"' + b"\\udc00" * 200_000 + b'"'),
    "digits of another script": lambda: _changed(("٣ " * 200_000).encode()),
    "underscores": lambda: (b"1000 " * 100_000, b"1_000 " * 100_000),
    "zeros": lambda: _changed(b"\0" * MILLION),
    "signs": lambda: _changed(b"-" * MILLION),
    "an unclosed nan": lambda: _changed(b"nan(" + b"a" * MILLION),
    "nothing": lambda: (b"", b"x" * 5 * MILLION),
}

RETURNED: dict[str, Outputs] = {
    "deep lists": lambda: (_deep(1, lambda v: [v], 40_000), _deep(2, lambda v: [v], 40_000)),
    "deep tuples": lambda: (_deep(1, lambda v: (v,), 20_000), _deep(2, lambda v: (v,), 20_000)),
    "deep dicts": lambda: (_deep(1, lambda v: {"a": v}, 20_000), _deep(2, lambda v: {"a": v}, 20_000)),
    "deep lists of floats": lambda: ([1.0], _deep(1.0, lambda v: [v], 20_000)),
    "many integers": lambda: ([1] * 100_000, [1] * 99_999 + [2]),
    "many floats": lambda: ([1.0] * 100_000, [1.0000001] * 99_999 + [2.0]),
    "not finite": lambda: ([float("inf")] * 60_000, [float("nan"), float("-inf")] * 30_000),
    "a long integer": lambda: (1 << 40 * MILLION, (1 << 40 * MILLION) + 1),
    "a long integer for a float": lambda: ([1.0, 2.0], [1.0, 1 << 10 * MILLION]),
    "long text among floats": lambda: ([1.0] * 100_001, ["x" * MILLION] + [""] * 100_000),
    "a table of all pairs": lambda: ([[[float(n)] for n in range(10_000)]], [[[1.0] * 10_000]]),
    "lone surrogates": lambda: ("\ud800" * MILLION, "\ud800" * MILLION + "x"),
    "bytes": lambda: (b"\xff" * 10 * MILLION, b"\xff" * 10 * MILLION + b"x"),
    "tuples for lists": lambda: ([[[n, n] for n in range(30_000)]], [(n, n) for n in range(30_000)] + [()]),
    "many keys": lambda: ({n: n for n in range(30_000)}, {str(n): n for n in range(30_000)}),
    "many elements": lambda: (set(range(30_000)), {float(n) for n in range(1, 30_001)}),
    "objects without a value form": lambda: ([1] * 30_000, [Opaque("Thing")] * 30_000),
}

# Of an answer only what a sandbox found in it is judged here.
ANSWERED: dict[str, Outputs] = {
    "long text": lambda: ("1" * MILLION, Comparison(MathAnswer.DIFFERENT, b"9" * MILLION, "0" * 64)),
}

OUTPUTS = {StdioTest: PRINTED, FilesTest: PRINTED, CallTest: RETURNED, AnswerTest: ANSWERED}


def judged(kind: str, name: str, parameters: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Judge all outputs of a kind of test with one checker; yield what each cost."""
    test_kind = next(each for each in CHECKERS if KIND_NAMES[each] == kind)
    checker = CHECKERS[test_kind][name].from_parameters(parameters, "params")
    for case, outputs in OUTPUTS[test_kind].items():
        expected, actual = outputs()
        began_s = time.process_time()
        accepted = checker.check(expected, actual).accepted
        yield {
            "case": case,
            "accepted": accepted,
            "cpu_s": time.process_time() - began_s,
            "size": bytes_of(expected, COUNTED_BYTES) + bytes_of(actual, COUNTED_BYTES),
        }


def main() -> None:
    """Judge as the lines say. What is imported once is not imported for each of them."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _judge_and_end(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(json.dumps({"exit_code": os.waitstatus_to_exitcode(status)}), flush=True)  # noqa: T201


def _judge_and_end(kind: str, name: str, parameters: dict[str, str]) -> NoReturn:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + ALLOWED_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        for cost in judged(kind, name, parameters):
            print(json.dumps(cost), flush=True)  # noqa: T201
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
