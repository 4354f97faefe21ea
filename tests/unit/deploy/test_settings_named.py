"""What is deployed names settings and commands that there are: an unknown key would stop the start."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from verifierd.config.settings import ENV_NESTED_DELIMITER, ENV_PREFIX, Settings

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
FILES = [
    path
    for path in sorted(DEPLOY.rglob("*"))
    if path.is_file() and not {"__pycache__", "grafana", "prometheus"} & {*path.parts}
]
VARIABLE = re.compile(rf"\b{ENV_PREFIX}([A-Z0-9_]*[A-Z0-9])\b")
NO_SETTINGS = {"VERIFIERD_TOKEN"}  # the client's


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_variable_is_a_setting(path: Path) -> None:
    named = {match[0] for match in VARIABLE.finditer(path.read_text("utf-8"))} - NO_SETTINGS
    assert [each for each in sorted(named) if not is_setting(each)] == []


def is_setting(variable: str) -> bool:
    """Whether there is a setting that the variable sets: its parts are followed from section to section."""
    model: type[BaseModel] = Settings
    *sections, last = variable.removeprefix(ENV_PREFIX).lower().split(ENV_NESTED_DELIMITER)
    for name in sections:
        field = model.model_fields.get(name)
        if field is None or not (
            isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        ):
            return False
        model = field.annotation
    return last in model.model_fields
