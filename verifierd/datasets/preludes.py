"""The imports that evaluators put before a program, without which many a right one would not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

_WORD = re.compile(r"\w+")
_FUTURE = re.compile(r"^from __future__ import [^\n]*\n", re.MULTILINE)

_STAR_MODULES = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics"),
    *("itertools", "functools", "operator", "io", "sys", "json"),
)

# hendrycks/apps, eval/testing_util.py, and FlagOpen/TACO, metrics/testing_util.py, after it.
APPS = """\
import sys, time, itertools, collections, math, fractions, random, heapq
from itertools import accumulate, product, permutations, combinations
from collections import Counter, OrderedDict, deque, defaultdict, ChainMap
from functools import lru_cache
from math import sqrt, sin, cos, tan, ceil, fabs, floor, gcd, exp, log, log2
from typing import List, Tuple
import numpy as np
from heapq import *
"""

# Both end with a recursion limit: LiveCodeBench/LiveCodeBench, lcb_runner/evaluation/testing_util.py, and
# PRIME's testing_util.py (volcengine/verl, verl/utils/reward_score/prime_code).
_STARS = "".join(f"from {module} import *\n" for module in (*_STAR_MODULES, "builtins", "typing"))
_WHOLE = "".join(f"import {module}\n" for module in _STAR_MODULES)
LIVECODEBENCH = f"{_STARS}{_WHOLE}import sys; sys.setrecursionlimit(50000)\n"
PRIME = f"{_STARS}{_WHOLE}import sys; sys.setrecursionlimit(600000)\n"

# PrimeIntellect-ai/genesys, verifiers/code_test_verifier.py.
SYNTHETIC1 = "from typing import List, Dict, Set, Tuple, Union, Optional\n"


def behind(prelude: str) -> Callable[[str], str]:
    """Return what puts a prelude before a program.

    An import of which the program mentions no name is left out, since what it takes is the program's time;
    `from __future__` lines stay first, where Python wants them.
    """
    lines = [(line, _names(line)) for line in prelude.splitlines(keepends=True)]

    def with_prelude(program: str) -> str:
        words = set(_WORD.findall(program))
        needed = "".join(line for line, names in lines if names is None or names & words)
        futures = list(_FUTURE.finditer(program))
        start = futures[-1].end() if futures else 0
        return program[:start] + needed + program[start:]

    return with_prelude


def _names(line: str) -> frozenset[str] | None:
    """Return the names that an import binds; None where nothing but running it can tell."""
    statement, *others = ast.parse(line).body
    if others or not isinstance(statement, ast.Import | ast.ImportFrom) or statement.names[0].name == "*":
        return None
    return frozenset(alias.asname or alias.name for alias in statement.names)
