"""The printed settings are the defaults, all of them, each with its explanation."""

from __future__ import annotations

import tomllib
from pathlib import Path

from verifierd.config.document import default_toml
from verifierd.config.keys import leaf_fields
from verifierd.config.load import load_settings


def test_the_printed_defaults_load_back_as_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "defaults.toml"
    file.write_text(default_toml())
    assert load_settings(file) == load_settings()


def test_a_setting_without_a_default_value_is_printed_as_a_comment_that_can_be_used() -> None:
    uncommented = (
        default_toml().replace("# count = ", "count = ").replace("# wall_time_s = ", "wall_time_s = ")
    )
    values = tomllib.loads(uncommented)
    assert values["sandbox"]["count"] >= 1
    assert values["limits"]["default"]["wall_time_s"] > 0


def test_every_setting_is_explained() -> None:
    assert [key for key, field in leaf_fields() if not field.description] == []


def test_every_comment_stands_above_a_table_or_a_setting() -> None:
    _, *blocks = default_toml().split("\n\n")
    assert [block for block in blocks if "\n[" not in block] == []


def test_every_setting_stands_below_a_comment() -> None:
    lines = default_toml().splitlines()
    keys = [number for number, line in enumerate(lines) if line and line[0].isalpha()]
    assert len(keys) >= 20
    assert [lines[number] for number in keys if not lines[number - 1].startswith("# ")] == []
