"""The default settings as a commented TOML file, which loads back as the defaults."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from verifierd.config.keys import environment_name, section_model
from verifierd.config.settings import Settings

_WIDTH = 100


def default_toml() -> str:
    """Return every setting with its description and default value, as TOML."""
    example = environment_name("server.listen")
    head = _comment(
        "Settings of verifierd, with their defaults. Pass a file like this by `verifierd serve --config "
        f"FILE`; the environment goes before it ({example} sets server.listen). An unknown key stops the "
        "start."
    )
    return "\n".join([*head, *_tables(Settings, Settings.model_construct(), "")]) + "\n"


def _tables(model: type[BaseModel], values: BaseModel, prefix: str) -> Iterator[str]:
    # A table's own values first: what stands below another heading belongs to that one.
    for name, field in sorted(
        model.model_fields.items(), key=lambda each: section_model(each[1]) is not None
    ):
        if section := section_model(field):
            if any(section_model(inner) is None for inner in section.model_fields.values()):
                yield ""
                yield from _comment(field.description or "")
                yield f"[{prefix}{name}]"
            yield from _tables(section, getattr(values, name), f"{prefix}{name}.")
        else:
            value = getattr(values, name)
            yield from _comment(field.description or "")
            if value is None:
                yield f"# {name} = {_literal((field.examples or [''])[0])}"
            else:
                yield f"{name} = {_literal(value)}"


def _comment(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, _WIDTH - len("# "), break_long_words=False, break_on_hyphens=False)
    return [f"# {line}" for line in wrapped]


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return repr(value)
