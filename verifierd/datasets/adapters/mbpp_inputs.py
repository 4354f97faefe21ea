"""MBPP+'s inputs as the values they stand for: JSON knows no tuples, sets and complex numbers.

Which task's inputs are which is in evalplus/evalplus, evalplus/data/mbpp.py, mbpp_deserialize_inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from verifierd.datasets.records import Record

Shape = Callable[[list[Any]], Any]


def as_published(record: Record, inputs: list[Any]) -> list[Any]:
    """Return the inputs of a task, each a list or tuple of arguments.

    Raises:
        TypeError, ValueError, AttributeError, IndexError: they are not of the form of this task's inputs.
    """
    shape = _SHAPES.get(record.text("task_id").rpartition("/")[2], _as_it_is)
    return [shape(each) for each in inputs]


def _as_it_is(args: list[Any]) -> Any:
    return args


def _tuples(args: list[Any]) -> Any:
    return [tuple(each) for each in args]


def _lists_of_tuples(args: list[Any]) -> Any:
    return [[tuple(each) for each in inner] for inner in args]


def _tuples_of_tuples(args: list[Any]) -> Any:
    return [tuple(tuple(each) for each in inner) for inner in args]


def _first_a_list_of_tuples(args: list[Any]) -> Any:
    return [[tuple(each) for each in args[0]], args[1]]


def _first_a_tuple(args: list[Any]) -> Any:
    return [tuple(args[0]), *args[1:]]


def _second_a_tuple(args: list[Any]) -> Any:
    return [args[0], tuple(args[1])]


def _list_of_sets(args: list[Any]) -> Any:
    """An empty set was written as it looks in Python, which is a dict."""
    return [[set(each) if isinstance(each, list) and each else {} for each in args[0]]]


def _number_and_complex(args: list[Any]) -> Any:
    return (float(args[0]), complex(args[1]))


def _complex(args: list[Any]) -> Any:
    return [complex(args[0])]


def _tuple_with_tuples(args: list[Any]) -> Any:
    return [tuple(tuple(each) if isinstance(each, list) else each for each in args[0])]


def _dict_of_tuples(args: list[Any]) -> Any:
    return [{key: tuple(value) for key, value in args[0].items()}, *args[1:]]


def _all_tuples(value: Any) -> Any:
    return tuple(map(_all_tuples, value)) if isinstance(value, list) else value


def _of(shape: Shape, *numbers: int) -> Iterable[tuple[str, Shape]]:
    return ((str(number), shape) for number in numbers)


_SHAPES: dict[str, Shape] = dict(
    (
        *_of(_tuples, 2, 116, 132, 143, 222, 261, 273, 394, 399, 421, 424, 429, 470, 560, 579, 596, 616, 630),
        *_of(_tuples, 726, 740, 744, 809),
        *_of(_lists_of_tuples, 63, 64, 70, 94, 120, 237, 272, 299, 400, 409, 417, 438, 473, 614, 780),
        *_of(_first_a_list_of_tuples, 75, 413, 444, 753),
        *_of(_second_a_tuple, 106, 750),
        *_of(_list_of_sets, 115),
        *_of(_number_and_complex, 124),
        *_of(_first_a_tuple, 250, 307, 405, 446, 617, 720, 763, 808),
        *_of(_complex, 252),
        *_of(_tuples_of_tuples, 259, 401, 445),
        *_of(_tuple_with_tuples, 278),
        *_of(_all_tuples, 580, 615, 791),
        *_of(_dict_of_tuples, 722),
    )
)
