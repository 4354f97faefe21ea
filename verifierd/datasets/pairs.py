r"""Tests as pairs of inputs and outputs, as APPS has them and all that was made after it.

Programs get text, or lines as a list: `{"inputs": ["1 2\n"], "outputs": ["3\n"]}`. Functions get a list of
arguments a call: `{"inputs": [[1, 2]], "outputs": [3], "fn_name": "add"}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import verifierd_client as client
from verifierd.datasets.embedded import read_json
from verifierd.datasets.records import InputError, Record, is_unicode, type_name

DEFAULT_OUTPUT_BYTES = 1 << 20  # the service's; more must be asked for
CLASS = "Solution"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Inputs, the outputs that belong to them, and the function that takes them; empty for programs.

    `key` is the field that they come from, for errors.
    """

    record: Record
    key: str
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    function: str = ""

    def error(self, what: str) -> InputError:
        """Return the error that says what is wrong with these tests."""
        return self.record.error(f"field {self.key!r}: {what}")

    def of_json_lines(self) -> Self:
        """Return the pairs of calls with arguments as JSON, one value a line, and an output as JSON.

        Where arguments are no text, they are values already, and so is the output.

        Raises:
            InputError: some text is not JSON.
        """
        inputs, outputs = list(self.inputs), list(self.outputs)
        for index, (given, expected) in enumerate(zip(self.inputs, self.outputs, strict=True)):
            if not isinstance(given, str):
                continue
            inputs[index] = [self._json("inputs", index, line) for line in given.split("\n")]
            if isinstance(expected, str):
                outputs[index] = self._json("outputs", index, expected)
        return replace(self, inputs=inputs, outputs=outputs)

    def as_apps_reads_them(self) -> Self:
        """Return the pairs with keys that JSON made text of as integers again, as APPS' evaluator does it.

        It looks at a first argument that is a dict, and drops the other arguments then; and at an output that
        is a dict or begins with one, which it makes a list of one.
        """
        inputs = [[_integer_keys(each[0])] if _begins_with_integers(each) else each for each in self.inputs]
        outputs = [[_integer_keys(each)] if _has_integers(each) else each for each in self.outputs]
        outputs = [[_integer_keys(each[0])] if _begins_with_integers(each) else each for each in outputs]
        return replace(self, inputs=inputs, outputs=outputs)

    def as_they_are_meant(self) -> Self:
        """Return the pairs with such keys, no argument dropped, and outputs bare if each is a list of one."""
        inputs = [
            [_integer_keys(each[0]), *each[1:]] if _begins_with_integers(each) else each
            for each in self.inputs
        ]
        wrapped = all(isinstance(each, list) and len(each) == 1 for each in self.outputs)
        outputs = [each[0] for each in self.outputs] if wrapped else self.outputs
        return replace(
            self,
            inputs=inputs,
            outputs=[_integer_keys(each) if _has_integers(each) else each for each in outputs],
        )

    def stdio(self, input_file: str = "", output_file: str = "") -> list[client.StdioTest]:
        """Return tests of programs, which may use files in place of standard input and output.

        Raises:
            InputError: an input or output is neither text nor lines.
        """
        return [
            client.StdioTest(
                self._text("inputs", index, given),
                self._text("outputs", index, expected),
                input_file=input_file,
                output_file=output_file,
            )
            for index, (given, expected) in enumerate(zip(self.inputs, self.outputs, strict=True))
        ]

    def calls(self, class_name: str) -> list[client.CallTest]:
        """Return tests of a function, or of a method. Raises InputError where an input is no list."""
        for index, arguments in enumerate(self.inputs):
            if not isinstance(arguments, list):
                raise self.error(
                    f"inputs[{index}] must be a list of arguments, and is {type_name(arguments)}"
                )
        return [
            client.CallTest(self.function, given, expected, class_name=class_name)
            for given, expected in zip(self.inputs, self.outputs, strict=True)
        ]

    def _json(self, side: str, index: int, text: str) -> Any:
        try:
            return read_json(text)
        except (RecursionError, ValueError) as error:
            raise self.error(f"{side}[{index}] must be JSON as text: {error}") from None

    def _text(self, side: str, index: int, value: Any) -> str:
        """Return what stands for standard input or output: text, or lines; a number as it is written."""
        lines = value if isinstance(value, list) else [value]
        for line in lines:
            if isinstance(line, bool) or not isinstance(line, str | int | float):
                raise self.error(
                    f"{side}[{index}] must be text or a list of lines, and has {type_name(line)}"
                )
            if isinstance(line, str) and not is_unicode(line):
                raise self.error(f"{side}[{index}] holds a lone surrogate, which is no Unicode text")
        return "\n".join(map(str, lines))


def read_pairs(record: Record, key: str, held: Any) -> Pairs:
    """Return the pairs of an object that a field holds.

    Raises:
        InputError: it is no object, `inputs` or `outputs` is missing or no list, they are not equally many,
            or `fn_name` is no name.
    """
    if not isinstance(held, Mapping):
        raise record.error(
            f"field {key!r} must hold an object with inputs and outputs, and is {type_name(held)}"
        )
    for side in ("inputs", "outputs"):
        if not isinstance(held.get(side), list):
            raise record.error(f"field {key!r}: {side!r} must be a list, and is {type_name(held.get(side))}")
    inputs, outputs = held["inputs"], held["outputs"]
    if len(inputs) != len(outputs):
        raise record.error(f"field {key!r}: there are {len(inputs)} inputs, but {len(outputs)} outputs")
    return Pairs(record, key, inputs, outputs, function_named(record, key, held.get("fn_name")))


def read_cases(record: Record, key: str, held: Any, function: str = "") -> Pairs:
    """Return the pairs of a list of test cases with `input` and `output`, as LiveCodeBench has them.

    With a function, an input is its arguments as JSON, one value a line, and an output is JSON.

    Raises:
        InputError: it is no such list.
    """
    pairs = Pairs(
        record, key, _sides(record, key, held, "input"), _sides(record, key, held, "output"), function
    )
    return pairs.of_json_lines() if function else pairs


def read_typed_cases(record: Record, key: str, held: Any) -> Pairs:
    """Return the pairs of a list of test cases that also say their `type`, as PrimeIntellect has them.

    They are calls of the first one's `fn_name` where all are of type `function_call`, with arguments and
    outputs as values, or as LiveCodeBench has them where the arguments are text.

    Raises:
        InputError: it is no such list.
    """
    pairs = read_cases(record, key, held)
    if not held or any(case.get("type") != "function_call" for case in held):
        return pairs
    function = function_named(record, key, held[0].get("fn_name"))
    if not function:
        raise record.error(f"field {key!r}: item 0 is a function_call, but has no fn_name")
    return replace(pairs, function=function).of_json_lines()


def _sides(record: Record, key: str, held: Any, side: str) -> list[Any]:
    if not isinstance(held, list):
        raise record.error(f"field {key!r} must hold a list of test cases, and is {type_name(held)}")
    for index, case in enumerate(held):
        if not isinstance(case, Mapping) or side not in case:
            raise record.error(f"field {key!r}: item {index} must be an object with {side!r}")
    return [case[side] for case in held]


def function_named(record: Record, key: str, name: Any) -> str:
    """Return the name of a function; empty where there is none. Raises InputError where it is no name."""
    if name is None or name == "":
        return ""
    if not isinstance(name, str) or not name.isidentifier():
        raise record.error(f"field {key!r}: the function must be a Python name, and is {str(name)[:80]!r}")
    return name


def class_in(*programs: str) -> str:
    """Return the class that a starter code or solution defines, as evaluators look for it; else nothing."""
    return CLASS if any(f"class {CLASS}" in program for program in programs) else ""


def with_room(limits: client.Limits, tests: Sequence[client.StdioTest]) -> client.Limits:
    """Return limits under which a program may print twice what is expected, where that is a lot."""
    largest = max((len(test.expected_stdout) for test in tests), default=0)
    if 2 * largest <= DEFAULT_OUTPUT_BYTES:
        return limits
    return replace(limits, output_bytes=2 * largest + DEFAULT_OUTPUT_BYTES)


def _begins_with_integers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and _has_integers(value[0])


def _has_integers(value: Any) -> bool:
    """Say whether a value is a dict whose keys `int` all takes."""
    if not isinstance(value, dict):
        return False
    try:
        _integer_keys(value)
    except ValueError:
        return False
    return True


def _integer_keys(value: Mapping[Any, Any]) -> dict[int, Any]:
    return {int(key): held for key, held in value.items()}
