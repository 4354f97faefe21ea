"""What deployments tell a daemon, read as the daemon reads it: settings in files and in variables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from pydantic import BaseModel

from verifierd.config import load_settings
from verifierd.config.settings import ENV_NESTED_DELIMITER, ENV_PREFIX, Settings


def is_setting(variable: str) -> bool:
    """Return whether the variable sets something: its parts are followed from section to section."""
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


def settings_of(config: str, variables: Mapping[str, str]) -> Settings:
    """Return what a daemon makes of a file's text and of these variables. Raises ConfigError."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, variables):
        file = Path(folder, "verifierd.toml")
        file.write_text(config, "utf-8")
        return load_settings(file)
