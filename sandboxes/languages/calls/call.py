"""Calls one function of the candidate's and reports its value; see README.md beside the declarations."""

from __future__ import annotations

import base64
import json
import math
import os
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

SOURCE, CLASS_NAME, FUNCTION = "/program/program.py", "{{class_name}}", "{{function}}"
RESULT_FD = 3
MESSAGE_CHARACTERS = 2000


def _decoded_dict(pairs: Iterable[Any]) -> dict[Any, Any]:
    return {_decoded(key): _decoded(item) for key, item in pairs}


BY_TAG: dict[str, Callable[[Any], Any]] = {
    "$tuple": lambda form: tuple(map(_decoded, form)),
    "$set": lambda form: set(map(_decoded, form)),
    "$frozenset": lambda form: frozenset(map(_decoded, form)),
    "$dict": _decoded_dict,
    "$bytes": base64.b64decode,
    "$complex": lambda form: complex(*map(_decoded, form)),
    "$float": {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.__getitem__,
    "$int": lambda form: int(form, 16),
    "$str": lambda form: "".join(map(chr, form)),
}


def _decoded(form: Any) -> Any:
    if isinstance(form, list):
        return [_decoded(item) for item in form]
    if not isinstance(form, dict):
        return form
    tag = next(iter(form), "")
    return BY_TAG[tag](form[tag]) if tag.startswith("$") else _decoded_dict(form.items())


def _form_of_float(value: float) -> Any:
    if math.isfinite(value):
        return value
    return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}


def _forms(values: Iterable[Any]) -> list[Any]:
    return [_form(value) for value in values]


BY_TYPE: dict[type, Callable[[Any], Any]] = {
    type(None): lambda value: value,
    bool: lambda value: value,
    str: lambda value: value,
    int: lambda value: value if abs(value) < 1 << 63 else {"$int": format(value, "x")},
    float: _form_of_float,
    bytes: lambda value: {"$bytes": base64.b64encode(value).decode()},
    complex: lambda value: {"$complex": [_form_of_float(value.real), _form_of_float(value.imag)]},
    list: _forms,
    tuple: lambda value: {"$tuple": _forms(value)},
    set: lambda value: {"$set": _forms(value)},
    frozenset: lambda value: {"$frozenset": _forms(value)},
    dict: lambda value: {"$dict": [_forms(pair) for pair in value.items()]},
}


def _form(value: Any) -> Any:
    form = BY_TYPE.get(type(value))
    return form(value) if form else {"$opaque": type(value).__name__}


def _report(key: str, form: Any) -> None:
    data = json.dumps({key: form}, separators=(",", ":")).encode()
    while data:
        data = data[os.write(RESULT_FD, data) :]


def _loaded() -> ModuleType:
    module = ModuleType("candidate")
    module.__file__ = SOURCE
    sys.modules["candidate"] = module
    with open(SOURCE, "rb") as file:
        exec(compile(file.read(), SOURCE, "exec", dont_inherit=True), module.__dict__)
    return module


def _main() -> None:
    form = json.load(sys.stdin)
    try:
        args, kwargs = _decoded(form)
        module = _loaded()
        owner = getattr(module, CLASS_NAME)() if CLASS_NAME else module
        _report("returned", _form(getattr(owner, FUNCTION)(*args, **kwargs)))
    except SystemExit as leaving:
        if leaving.code:
            _report("raised", ["SystemExit", str(leaving)[:MESSAGE_CHARACTERS]])
        raise
    except BaseException as error:
        _report("raised", [type(error).__name__, str(error)[:MESSAGE_CHARACTERS]])
        raise


if __name__ == "__main__":
    _main()
