"""HumanEval+ and MBPP+ (evalplus/evalplus): inputs alone; expected is what their own solution returns.

`base_input` are the original set's tests, `plus_input` EvalPlus' own. Where several answers are right, it has
an oracle for the task (evalplus/eval/__init__.py, unsafe_execute): the checker `evalplus` knows it by name.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import verifierd_client as client
from verifierd.datasets.adapter import Adapter
from verifierd.datasets.adapters.humaneval import LANGUAGE, python_name
from verifierd.datasets.adapters.mbpp_inputs import as_published
from verifierd.datasets.records import Record, type_name
from verifierd.datasets.task import Oracle, Program, Rule, Task, after

# evalplus/config.py: an input has 1 s, or 4 times what the set's own solution takes on it.
LIMITS = client.Limits(cpu_time_s=1.0)
TIME_FACTOR = 4.0

Expected = Callable[[Sequence[Any], Any], Any]


def _the_value(args: Sequence[Any], returned: Any) -> Any:
    return returned


def _whether_there_is_one(args: Sequence[Any], returned: Any) -> Any:
    return returned is not None


def _the_coefficients(args: Sequence[Any], returned: Any) -> Any:
    return args[0]


def _or(other: Callable[..., Any], args: Sequence[Any], returned: Any) -> Any:
    """Return all right values; none beside the solution's where the other reading fails on the input."""
    try:
        return [returned, other(*args)]
    except (TypeError, ValueError, OverflowError):
        return [returned]


def _pyramid_surface(base_edge: float, height: float) -> int:
    """Mbpp/581 where the height is the pyramid's own, not that of its sides."""
    return round(base_edge**2 + 2 * base_edge * math.hypot(base_edge / 2, height))


def _digit_distance(first: int, second: int) -> int:
    """Mbpp/558 where the shorter number is filled up with zeros."""
    width = max(len(str(first)), len(str(second)))
    pairs = zip(str(first).zfill(width), str(second).zfill(width), strict=True)
    return sum(abs(int(one) - int(other)) for one, other in pairs)


# By entry point: the oracle's name, and what the checker is told to expect.
_Oracles = Mapping[str, tuple[str, Expected]]
HUMANEVAL_ORACLES: _Oracles = MappingProxyType({"find_zero": ("root", _the_coefficients)})
SETS = (
    *("similar_elements", "find_char_long", "common_in_nested_lists", "extract_singly", "larg_nnum"),
    *("intersection_array", "find_dissimilar", "Diff"),
)
NOT_NONE = ("check_str", "text_match_three", "text_starta_endb")
MBPP_ORACLES: _Oracles = MappingProxyType(
    {
        "are_equivalent": ("any", _the_value),
        "sum_div": ("or_zero", _the_value),
        "surface_Area": ("either", partial(_or, _pyramid_surface)),
        "digit_distance_nums": ("either", partial(_or, _digit_distance)),
        **dict.fromkeys(SETS, ("set", _the_value)),
        **dict.fromkeys(NOT_NONE, ("not_none", _whether_there_is_one)),
    }
)
Inputs = Callable[[Record, list[Any]], list[Any]]


def _as_they_are(record: Record, inputs: list[Any]) -> list[Any]:
    return inputs


def _task(oracles: _Oracles, inputs: Inputs, record: Record, rule: Rule) -> Task:
    task_id, prompt, name = record.text("task_id"), record.text("prompt"), python_name(record)
    oracle, expected = oracles.get(name, ("", _the_value))
    solution = Program(prompt + record.text("canonical_solution"), LANGUAGE)
    tests = [*_tests("base", name, record, inputs), *_tests("plus", name, record, inputs)]
    return Task(
        task_id=task_id,
        place=record.place,
        problem=client.Problem(task_id, tests, LIMITS, _checker(record, oracle, rule)),
        language=LANGUAGE,
        complete=after(prompt),
        canonical=(solution,),
        oracle=Oracle(solution, expected, TIME_FACTOR if rule.limits.cpu_time_s is None else 0.0),
        unjudgeable="" if tests else "it has no inputs",
    )


def _tests(group: str, name: str, record: Record, inputs: Inputs) -> Iterator[client.CallTest]:
    key = f"{group}_input"
    published = record.values(key)
    for index, args in enumerate(published):
        if not isinstance(args, list):
            what = f"field {key!r}: item {index} must be a list of arguments, and is {type_name(args)}"
            raise record.error(what)
    try:
        read = inputs(record, published)
    except (TypeError, ValueError, AttributeError, IndexError, OverflowError):
        raise record.error(f"field {key!r} holds inputs that are not of this task's form") from None
    for index, args in enumerate(read):
        yield client.CallTest(name, list(args), None, id=f"{group}/{index}")


def _checker(record: Record, oracle: str, rule: Rule) -> client.Checker:
    atol = record.value("atol")
    if type(atol) not in (int, float) or not 0 <= atol <= sys.float_info.max:
        raise record.error("field 'atol' must be a number of at least 0")
    params = {"atol": repr(float(atol))}
    return client.Checker(
        "evalplus",
        params | ({"oracle": oracle} if oracle else {}) | ({"strict": "true"} if rule.strict else {}),
    )


HUMANEVAL_PLUS = Adapter(
    "humanevalplus",
    "EvalPlus: task_id, prompt, base_input, plus_input, atol",
    partial(_task, HUMANEVAL_ORACLES, _as_they_are),
)
MBPP_PLUS = Adapter("mbppplus", "EvalPlus, as humanevalplus", partial(_task, MBPP_ORACLES, as_published))
