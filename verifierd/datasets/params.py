"""Parameters of a selection rule as a file: one JSON object of numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

from verifierd.datasets.records import InputError, type_name


def read_params(file: Path) -> dict[str, float]:
    """Return the parameters by name.

    Raises:
        InputError: the file cannot be read, is no JSON object, or a value is no finite number.
    """
    try:
        given = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InputError(file, None, f"cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(file, None, f"not JSON: {error}") from None
    if not isinstance(given, dict):
        raise InputError(file, 1, f"must be a JSON object of numbers, and is {type_name(given)}")
    for name, value in given.items():
        if type(value) not in (int, float) or not math.isfinite(value):
            raise InputError(file, None, f"{name!r} must be a finite number, and is {type_name(value)}")
    return {name: float(value) for name, value in given.items()}
