"""`call` tests in C: lists are pointers with their lengths, which a test gives as a list, or itself.

C has no exceptions, dicts or methods, so it has no part in `test_calls.py`.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import there
from tests.conformance.test_calls import executed
from verifierd_client import CallTest, ExecutionResult, Verdict, Verifier

PROGRAM = r"""
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define int int

typedef long long number;

static number twice(const number value) { return 2 * value; }

int *two_sum(int *nums, int numsSize, int target, int *returnSize) {
    int *found = malloc(2 * sizeof *found);
    for (int i = 0; i < numsSize; i++)
        for (int j = i + 1; j < numsSize; j++)
            if (nums[i] + nums[j] == target) {
                found[0] = i, found[1] = j, *returnSize = 2;
                return found;
            }
    *returnSize = 0;
    return NULL;
}

double **scale(int **rows, int rowsSize, int *rowsColSize, double factor,
               int *returnSize, int **returnColumnSizes) {
    double **scaled = malloc(rowsSize * sizeof *scaled + 1);
    *returnColumnSizes = rowsColSize;
    for (int i = 0; i < (*returnSize = rowsSize); i++) {
        scaled[i] = malloc(rowsColSize[i] * sizeof **scaled + 1);
        for (int j = 0; j < rowsColSize[i]; j++) scaled[i][j] = rows[i][j] * factor;
    }
    return scaled;
}

char **reversed(char **words, int count, int *returnSize) {
    for (int i = 0; i < count / 2; i++) {
        char *word = words[i];
        words[i] = words[count - 1 - i], words[count - 1 - i] = word;
    }
    *returnSize = count;
    return words;
}

int land(char **grid, int gridSize, int *gridColSize) {
    int squares = 0;
    for (int i = 0; i < gridSize; i++)
        for (int j = 0; j < gridColSize[i]; j++) squares += grid[i][j] == '1';
    return squares;
}

char *greeting(const char *name) {
    static char text[64];
    if (!name) return NULL;
    snprintf(text, sizeof text, "hello, %s", name);
    return text;
}

bool fits(bool flag, char letter, unsigned char small, float share) {
    printf("asked\n");
    return flag && letter == 'x' && small == 255 && share == 0.5f;
}

double mean(values, count) double values[]; int count; {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += values[i];
    return sum / count;
}

int TYPE(int value) { return 7; }
void write(int value) {}
int short_length(int *nums, unsigned char count) { return count; }
int letters(char *s, int sSize) { return sSize; }
int new(int class) { return class; }
void nothing(int *nums, int numsSize) { nums[0] = numsSize; }
int *lost(int size, int *returnSize) { *returnSize = size; return NULL; }
int leaves(int status) { exit(status); }
int main(void) { return 3; }
"""
LARGE = (1 << 62) - 1
RETURNED: list[tuple[str, tuple[Any, ...], Any]] = [
    ("twice", (LARGE,), 2 * LARGE),
    ("two_sum", ([2, 7, 11, 15], 9), [0, 1]),
    ("two_sum", ([2, 7], 10), []),
    ("two_sum", ([], 1), []),
    ("two_sum", ([2, 7], 2, 9), [0, 1]),
    ("scale", ([[1, -2], [], [3]], 0.5), [[0.5, -1.0], [], [1.5]]),
    ("scale", ([], 0.5), []),
    ("reversed", (["a", "é😀", ""],), ["", "é😀", "a"]),
    ("land", ([["1", "0"], ["1", "1"]],), 3),
    ("land", (["10", "11"], 2, [2, 2]), 3),
    ("TYPE", (1,), 7),
    ("short_length", ([1] * 255,), 255),
    ("greeting", ("you",), "hello, you"),
    ("greeting", (None,), None),
    ("fits", (True, "x", 255, 0.5), True),
    ("mean", ([1.0, 2.0],), 1.5),
    ("mean", ([1, 2], 2), 1.5),
    ("letters", (["a", "b"],), 2),
    ("letters", ("ab", 7), 7),
    ("new", (5,), 5),
    ("nothing", ([1],), None),
    ("lost", (0,), []),
]
REFUSED: list[tuple[str, tuple[Any, ...], str]] = [
    ("fits", (True, "x", 256, 0.5), "TypeError: argument 3: expected unsigned char, got 256"),
    ("fits", (1, "x", 1, 0.5), "TypeError: argument 1: expected bool, got 1"),
    ("fits", (True, "xy", 1, 0.5), 'TypeError: argument 2: expected char, got "xy"'),
    ("two_sum", ([2**31], 1), "TypeError: argument 1: "),
    ("two_sum", ("ab", 1), "TypeError: argument 1: expected a list"),
    ("two_sum", (1,), "TypeError: "),
    ("short_length", ([1] * 256,), "a length of at most 255"),
    ("new", (), "TypeError: the function does not take 0 arguments"),
    ("new", (1, 2), "TypeError: the function does not take 2 arguments"),
    ("lost", (3,), "TypeError: a list of 3 items was returned, and not its items"),
    ("leaves", (0,), "ended without returning a value"),
]
WRONG = ("two_sum", ([2, 7], 9), [1, 0])
pytestmark = pytest.mark.timeout(600)  # a build for each function


@pytest.fixture(scope="module")
def executions(verifier: Verifier) -> list[ExecutionResult]:
    """What each call came to: one batch, in which each function is built once."""
    there(verifier, "c")
    tests = [CallTest(name, args, expected) for name, args, expected in [*RETURNED, WRONG]]
    tests += [CallTest(name, args, None) for name, args, _ in REFUSED]
    return list(executed(verifier, "c", PROGRAM, tests))


def test_what_it_returns_is_judged(executions: list[ExecutionResult]) -> None:
    for call, execution in zip(RETURNED, executions, strict=False):
        assert execution.verdict is Verdict.ACCEPTED, (call, execution.detail)
    assert executions[len(RETURNED)].verdict is Verdict.WRONG_ANSWER
    (asked,) = (each for call, each in zip(RETURNED, executions, strict=False) if call[0] == "fits")
    assert asked.stdout.content == b"asked\n"


def test_what_does_not_fit_is_named(executions: list[ExecutionResult]) -> None:
    for call, execution in zip(REFUSED, executions[len(RETURNED) + 1 :], strict=True):
        assert execution.verdict is Verdict.RUNTIME_ERROR, (call, execution)
        assert call[2] in execution.detail, (call, execution.detail)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("int g(int a) { return a; }", "the program defines no function 'f'"),
        ('int f(int a);\n# 1 "header.h"\nint f(int a) { return a; }', "the program defines no function 'f'"),
        ("typedef struct { int a; } P; int f(P p) { return p.a; }", "the parameter p is of a type that"),
        ("struct P { int a; }; struct P *f(int a) { return 0; }", "the result of f is of a type that"),
        ("int f(int a) { return a }", "main.c:1:24: error: expected"),
    ],
)
def test_what_cannot_be_called_does_not_compile(verifier: Verifier, source: str, said: str) -> None:
    there(verifier, "c")
    (execution,) = executed(verifier, "c", source, [CallTest("f", (1,), 1)])
    assert execution.verdict is Verdict.COMPILE_ERROR, execution
    assert said in execution.detail + execution.stderr.content.decode(), execution
