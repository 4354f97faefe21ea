"""Settings from a TOML file and the environment; whatever is not a known key stops the start."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from verifierd.config.keys import entry_keys, environment_name, known_keys, nearest
from verifierd.config.settings import ENV_PREFIX, ServerSettings, Settings

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")


class ConfigError(Exception):
    """The settings cannot be used. Each line names a key, where it is set and what is wrong with it."""


def load_settings(file: Path | None = None) -> Settings:
    """Return the settings of `file` (None: no file) and of the environment, which goes before the file.

    Raises:
        ConfigError: the file is missing or not TOML, a key is unknown, or a value is not allowed.
    """
    source = _TomlFile.read(file) if file is not None else _TomlFile("", "", {})
    faults = [*_unknown_in_file(source), *_unknown_in_environment(os.environ)]
    if faults:
        raise ConfigError("\n".join(faults))
    try:
        return Settings(**source.values)
    except ValidationError as error:
        raise ConfigError("\n".join(_describe(fault, source) for fault in error.errors())) from None


def with_listen(settings: Settings, listen: str) -> Settings:
    """Return the settings with another address to listen on. Raises ConfigError where it is none."""
    try:
        server = ServerSettings.model_validate({**settings.server.model_dump(), "listen": listen})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ConfigError(f"--listen {listen}: {reason}") from None
    return settings.model_copy(update={"server": server})


class _TomlFile:
    """A parsed TOML file that can still say on which line a key stands."""

    def __init__(self, name: str, text: str, values: dict[str, Any]) -> None:
        self.name = name
        self.values = values
        self._lines = text.splitlines()

    @classmethod
    def read(cls, file: Path) -> _TomlFile:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file}: cannot be read: {error}") from None
        try:
            return cls(str(file), text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file}: not TOML: {error}") from None

    def place(self, key: str) -> str:
        """Return 'file:line' of a dotted key, or the file alone where the line cannot be told."""
        table = ""
        for number, line in enumerate(self._lines, start=1):
            if heading := _TABLE.match(line):
                table = heading[1]
                if table == key:
                    return f"{self.name}:{number}"
            elif (entry := _KEY.match(line)) and ".".join(filter(None, (table, entry[1]))) == key:
                return f"{self.name}:{number}"
        return self.name


def _unknown_in_file(source: _TomlFile) -> Iterator[str]:
    known = known_keys()
    tables = {key.rsplit(".", depth)[0] for key in known for depth in range(1, key.count(".") + 1)}
    for key, value in _flatten(source.values, tables):
        if key in tables and not isinstance(value, dict):
            yield f"{source.place(key)}: {key} is a table: write [{key}] and its keys below it."
        elif key not in known and key not in tables:
            yield f"{source.place(key)}: unknown key {key}.{nearest(key, (*sorted(tables), *known))}"


def _flatten(values: Mapping[str, Any], tables: set[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) of everything that is set, going down into known tables only."""
    for name, value in values.items():
        key = prefix + name
        if isinstance(value, dict) and key in tables:
            yield from _flatten(value, tables, key + ".")
        else:
            yield key, value


def _unknown_in_environment(environment: Mapping[str, str]) -> Iterator[str]:
    known = tuple(environment_name(key) for key in known_keys())
    for name in sorted(environment):
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known:
            yield f"environment: unknown variable {name}.{nearest(name.upper(), known)}"


def _describe(fault: Any, source: _TomlFile) -> str:
    """Return one line for a refused value: where it was set, the key, what is allowed, what it was."""
    key = ".".join(str(part) for part in fault["loc"] if not isinstance(part, int))
    # Of a list of tables the list is what is set, and what has a line.
    setting = next((each for each in known_keys() if key.startswith(f"{each}.")), key)
    variable = environment_name(setting)
    if any(name.upper() == variable for name in os.environ):
        place = f"environment variable {variable}"
    else:
        place = source.place(setting) if source.name else "settings"
    if fault["type"] == "extra_forbidden":
        return f"{place}: unknown key {key}.{nearest(key, entry_keys(setting))}"
    reason = fault["msg"].removeprefix("Value error, ")
    given = (
        ""
        if isinstance(fault["input"], dict) or fault["type"] == "missing"
        else f" (it is {fault['input']!r})"
    )
    return f"{place}: {key}: {reason[:1].lower()}{reason[1:]}{given}"
