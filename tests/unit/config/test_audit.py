"""The audit store's settings: rules are checked at the start, and checkpoints are signed or not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.entries import execution, judged
from verifierd.audit.entries import CandidateJudged
from verifierd.audit.retention import Bounds
from verifierd.audit.store import StoreSettings
from verifierd.config import ConfigError, load_settings
from verifierd.config.records import redactor, retention_bounds, store_settings


def settings_file(folder: Path, text: str) -> Path:
    file = folder / "verifierd.toml"
    file.write_text(f"[audit]\n{text}\n")
    return file


def test_no_records_are_kept_unless_a_database_is_named(tmp_path: Path) -> None:
    assert store_settings(load_settings()) is None
    file = settings_file(tmp_path, 'database = "audit.db"\nblobs = "s3://bucket"')
    assert store_settings(load_settings(file)) == StoreSettings("audit.db", "s3://bucket")


def test_the_environment_names_a_database_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_AUDIT__DATABASE", "audit.db")
    assert store_settings(load_settings()) == StoreSettings("audit.db", "")


@pytest.mark.parametrize(
    "rules",
    [
        'redact = [{pattern = "answer"}, {pattern = "(t)0", replacement = "\\\\1?"}]',
        '[[audit.redact]]\npattern = "answer"\n[[audit.redact]]\npattern = "(t)0"\nreplacement = "\\\\1?"',
    ],
)
def test_rules_redact_what_is_stored(tmp_path: Path, rules: str) -> None:
    redact = redactor(load_settings(settings_file(tmp_path, rules)))
    entry = redact(judged(executions=(execution("t0"),)))
    assert isinstance(entry, CandidateJudged)
    assert entry.result.executions[0].stdout == b"[redacted] of t?\n"


def test_known_secrets_are_redacted_where_that_is_asked(tmp_path: Path) -> None:
    entry = judged(executions=(execution("t0", stdout=b"id AKIAIOSFODNN7EXAMPLE"),))
    assert redactor(load_settings())(entry) is entry
    assert redactor(load_settings(settings_file(tmp_path, "redact_known_secrets = true")))(entry) is not entry


def test_everything_is_kept_unless_bounds_are_set(tmp_path: Path) -> None:
    assert retention_bounds(load_settings()).are_none
    file = settings_file(tmp_path, "keep_days = 90\nkeep_gib = 0.5")
    assert retention_bounds(load_settings(file)) == Bounds(90, 0.5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'redact = [{pattern = "fine"}, {pattern = "a(b"}]',
            ":2: audit.redact: rule 2: 'a(b' is no pattern of",
        ),
        ('redact = [{patern = "a"}]', "unknown key audit.redact.patern. Did you mean audit.redact.pattern?"),
        ('checkpoint_file = "checkpoints"', "audit: checkpoint_file and checkpoint_key_file need each other"),
        ('checkpoint_key_file = "key"', "audit: checkpoint_file and checkpoint_key_file need each other"),
        ("keep_days = -1", "audit.keep_days: input should be greater than or equal to 0"),
        ("keep_gib = nan", "audit.keep_gib: input should be a finite number"),
        ("retain_seconds = -1", "audit.retain_seconds: input should be greater than or equal to 0"),
        ("retain_seconds = 1e12", "audit.retain_seconds: input should be less than or equal to 31622400"),
        ('databse = "a.db"', "unknown key audit.databse. Did you mean audit.database?"),
    ],
)
def test_what_cannot_be_used_stops_the_start(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(settings_file(tmp_path, text))
    assert said in str(refused.value)
