"""What is deployed names settings that there are: an unknown key would stop the start."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.deployed import is_setting, settings_of
from verifierd.config.door import check_exposure
from verifierd.config.settings import ENV_PREFIX

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
FILES = [
    path
    for path in sorted(DEPLOY.rglob("*"))
    if path.is_file() and not {"__pycache__", "grafana", "prometheus"} & {*path.parts}
]
SHOWN = [
    (str(page.relative_to(DEPLOY.parent)), block)
    for folder in ("deploy", "verifierd")
    for page in sorted((DEPLOY.parent / folder).rglob("*.md"))
    for block in re.findall(r"^```toml\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
]
VARIABLE = re.compile(rf"\b{ENV_PREFIX}([A-Z0-9_]*[A-Z0-9])\b")
STORE = {"VERIFIERD_AUDIT__DATABASE": "postgresql://store", "VERIFIERD_AUDIT__BLOBS": "s3://bucket"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_variable_is_a_setting(path: Path) -> None:
    named = {match[0] for match in VARIABLE.finditer(path.read_text("utf-8"))}
    assert [each for each in sorted(named) if not is_setting(each)] == []


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.toml")), ids=lambda path: path.name)
def test_a_file_of_settings_is_taken_and_lets_in_those_alone_who_are_known(path: Path) -> None:
    settings = settings_of(path.read_text("utf-8"), STORE)
    check_exposure(settings)
    assert settings.identity.required


@pytest.mark.parametrize(("path", "text"), SHOWN)
def test_settings_that_a_page_shows_are_taken_as_they_stand(path: str, text: str) -> None:
    check_exposure(settings_of(text, STORE))
