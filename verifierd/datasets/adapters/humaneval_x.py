"""HumanEval-X (zai-org/CodeGeeX) and HumanEvalPack (bigcode-project/octopack): HumanEval in six languages.

A program is composed as CodeGeeX's `process_humaneval_test` does it, with the imports that its tests and its
solutions expect. Both sets have the same fields; HumanEvalPack's bugs are in `buggy_solution`, and its
evaluator (bigcode-evaluation-harness, tasks/humanevalpack.py) has headers of its own and cuts completions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.languages import language_named
from verifierd.datasets.records import Record
from verifierd.datasets.task import Program, Rule, Task

# codegeex/benchmark/utils.py, IMPORT_HELPER. Without its numpy, which no program here needs and whose
# absence would fail all of them.
PYTHON_MODULES = (
    *("math", "re", "sys", "copy", "datetime", "itertools", "collections", "heapq", "statistics"),
    *("functools", "hashlib", "string"),
)
PYTHON_IMPORTS = (
    *(f"import {module}" for module in PYTHON_MODULES),
    *("from typing import *", "from collections import *"),
)
CPP_HEADERS = (
    *("stdlib.h", "algorithm", "math.h", "stdio.h", "vector", "string", "climits", "cstring", "iostream"),
)
# tasks/humanevalpack.py, IMPORT_HELPER. Without its boost/any.hpp, which is not here.
PACK_CPP_HEADERS = (
    *("stdlib.h", "algorithm", "cmath", "math.h", "numeric", "stdio.h", "vector", "set", "map", "queue"),
    *("stack", "list", "deque", "string", "climits", "cstring", "iostream", "sstream", "fstream"),
)
GO_PACKAGES = (
    *("math", "strings", "fmt", "strconv", "time", "bytes", "regexp", "sort", "math/rand", "crypto/md5"),
)

# The crates of CodeGeeX' Cargo.toml, which every prompt imports, and how a program uses each.
RUST_CRATES = {"rand": r"\b(rand::|Rng\b)", "regex": r"\b(regex::|Regex\b)", "md5": r"\bmd5\b"}
# CodeGeeX' evaluator fails a JavaScript program that writes anything, as `console.assert` then does.
REFUSE_OUTPUT = """for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write;
  stream.write = (...said) => { process.exitCode = 1; return write.apply(stream, said); };
}
"""

Compose = Callable[[Record, Rule, str], str]


def _python(record: Record, rule: Rule, completion: str) -> str:
    return "\n".join(PYTHON_IMPORTS) + "\n" + record.text("prompt") + completion


def _cpp(record: Record, rule: Rule, completion: str) -> str:
    prompt = record.text("prompt")
    missing = [f"#include<{header}>" for header in CPP_HEADERS if f"#include<{header}>" not in prompt]
    return "\n".join([*missing, "", prompt + completion])


def _pack_cpp(record: Record, rule: Rule, completion: str) -> str:
    headers = "".join(f"#include<{header}>\n" for header in PACK_CPP_HEADERS)
    return f"{headers}using namespace std;\n{record.text('prompt')}{completion}"


def _plain(record: Record, rule: Rule, completion: str) -> str:
    return record.text("prompt") + completion


def _go(record: Record, rule: Rule, completion: str) -> str:
    """All imports go before the prompt: those of the tests, and those that the completion uses."""
    setup, prompt = record.text("test_setup"), record.text("prompt")
    for key in ("import", "import_block"):
        prompt = prompt.replace(record.text_or(key, "") or "\0", "")
    used = [
        package
        for package in GO_PACKAGES
        if f'"{package}"' not in setup and f"{package.rpartition('/')[2]}." in completion
    ]
    imports = "".join(f'import "{package}"\n' for package in used)
    return f"{setup}\n{imports}{prompt}{completion}"


def _javascript(record: Record, rule: Rule, completion: str) -> str:
    """CodeGeeX fails a program that writes anything, as `console.assert` does, which alone fails none."""
    return ("" if rule.strict else REFUSE_OUTPUT) + record.text("prompt") + completion


def _rust(record: Record, rule: Rule, completion: str) -> str:
    """HumanEval-X' prompt is the comment alone; HumanEvalPack's has `main` and the declaration too.

    Every prompt imports three crates that few programs use: where one is not used its import is left out, so
    that the others need no crates.
    """
    prompt = record.text("prompt")
    if "fn main" not in prompt:
        prompt = f"fn main() {{}}\n{record.text('declaration')}{prompt}"
    program = prompt + completion
    for crate, use in RUST_CRATES.items():
        without = re.sub(rf"^\s*use {crate}\b[^;]*;[ \t]*$", "", program, flags=re.MULTILINE)
        if not re.search(use, without + record.text("test")):
            program = without
    return program


COMPOSE: Mapping[str, Compose] = MappingProxyType(
    {"python": _python, "cpp17": _cpp, "java": _plain, "javascript": _javascript, "go": _go, "rust": _rust}
)
PACK_COMPOSE: Mapping[str, Compose] = MappingProxyType({**COMPOSE, "cpp17": _pack_cpp})

# Where HumanEvalPack's evaluator ends a completion whatever its braces: LANGUAGE_TO_STOP_WORDS, and `main`.
PACK_STOPS = {"cpp17": r"int main", "go": r"\n//|\nfunc|struct"}


def _indented(language: str, completion: str) -> str:
    """CodeGeeX cuts Python at the first line that is not indented; helpers after it are lost."""
    end = re.search(r"^[^ \t\s]", completion, re.MULTILINE) if language == "python" else None
    return completion[: end.start()] if end else completion


def _first_block(language: str, completion: str) -> str:
    """Return a completion up to the brace that closes what the prompt opened, as `remove_last_block` does it.

    Braces count wherever they are. Where they do not close it, it ends with the last closing brace.
    """
    if language == "python":
        return _indented(language, completion)
    if language in PACK_STOPS:
        completion = re.split(PACK_STOPS[language], completion, maxsplit=1)[0]
    still_open = 2 if language == "java" else 1  # the class and the method
    for brace in re.finditer(r"[{}]", completion):
        still_open += 1 if brace[0] == "{" else -1
        if not still_open:
            return completion[: brace.end()]
    return completion[: completion.rfind("}") + 1] or completion


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """How a set is judged: CPU time by language, what composes a program, what cuts a completion before."""

    cpu_time_s: Mapping[str, float]
    compose: Mapping[str, Compose]
    cut: Callable[[str, str], str]

    def keep(self, language: str, rule: Rule, completion: str) -> str:
        return completion if rule.strict else self.cut(language, completion)

    def complete(self, language: str, record: Record, rule: Rule, completion: str) -> str:
        return self.compose[language](record, rule, self.keep(language, rule, completion))


def _task(evaluator: _Evaluator, record: Record, rule: Rule) -> Task:
    task_id, test = record.text("task_id"), record.text("test")
    prefix = task_id.partition("/")[0]
    language = language_named(prefix)
    if language not in COMPOSE:
        raise record.error(f"field 'task_id' must begin with a language such as 'Java/', and has {prefix!r}")
    program = evaluator.compose[language](record, rule, record.text("canonical_solution"))
    names = re.findall(r"^def (\w+)", record.text("prompt"), re.MULTILINE) if language == "python" else []
    asserts = client.AssertsTest(test, "test", candidate_names=tuple(dict.fromkeys(names)))
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, [asserts], client.Limits(cpu_time_s=evaluator.cpu_time_s[language])),
        language=language,
        complete=partial(evaluator.complete, language, record, rule),
        cut=partial(evaluator.keep, language, rule),
        canonical=(Program(program, language),),
    )


# codegeex/benchmark/humaneval-x/evaluate_humaneval_x.py: 5 s for every language.
_X = _Evaluator(dict.fromkeys(COMPOSE, 5.0), COMPOSE, _indented)
# tasks/humanevalpack.py, where Rust has 300 s for the first build of its crates.
_PACK_SECONDS = {"python": 10.0, "cpp17": 60.0, "java": 10.0, "javascript": 10.0, "go": 20.0, "rust": 60.0}
_PACK = _Evaluator(_PACK_SECONDS, PACK_COMPOSE, _first_block)

HUMANEVAL_X = Adapter("humaneval-x", "six languages: task_id, prompt, declaration, test", partial(_task, _X))
HUMANEVALPACK = Adapter(
    "humanevalpack",
    "as humaneval-x; its bugs are in buggy_solution",
    partial(_task, _PACK),
)
