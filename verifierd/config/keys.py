"""The names of settings: dotted keys, their environment variables, and the nearest to a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from verifierd.config.settings import ENV_NESTED_DELIMITER, ENV_PREFIX, Settings


def leaf_fields(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting that holds a value as (dotted key, field), in order of declaration."""
    for name, field in model.model_fields.items():
        section = section_model(field)
        if section is None:
            yield prefix + name, field
        else:
            yield from leaf_fields(section, f"{prefix}{name}.")


def section_model(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that is a table of further settings, None for a plain value."""
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def known_keys() -> tuple[str, ...]:
    """Return the dotted keys of all settings, such as `server.listen`."""
    return tuple(key for key, _ in leaf_fields())


def entry_keys(key: str) -> tuple[str, ...]:
    """Return the dotted keys of a table in a setting that is a list of tables; none for any other setting."""
    field = dict(leaf_fields()).get(key)
    kinds = get_args(field.annotation) if field is not None else ()
    models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return tuple(f"{key}.{name}" for model in models for name in model.model_fields)


def environment_name(key: str) -> str:
    """Return the environment variable of a dotted key: `server.listen` is `VERIFIERD_SERVER__LISTEN`."""
    return ENV_PREFIX + key.replace(".", ENV_NESTED_DELIMITER).upper()


def nearest(name: str, allowed: tuple[str, ...]) -> str:
    """Return ' Did you mean X?' for the allowed name closest to a wrong one, or how to list them all."""
    matches = difflib.get_close_matches(name, allowed, n=1, cutoff=0.4)
    if matches:
        return f" Did you mean {matches[0]}?"
    return " `verifierd serve --print-config` lists all keys."
