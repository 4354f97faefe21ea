from __future__ import annotations

import subprocess
import sys

import pytest

# What only a store needs; it takes half a second to load.
OF_A_STORE = ("sqlalchemy", "alembic", "fsspec", "zstandard", "cryptography", "verifierd.audit.store")


@pytest.mark.parametrize(
    "module", ["verifierd.cli.main", "verifierd.daemon.process", "verifierd.daemon.embedded"]
)
def test_who_keeps_no_records_does_not_load_what_a_store_needs(module: str) -> None:
    program = f"import sys, {module}; print([each for each in {OF_A_STORE} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["verifierd.cli.main", "verifierd.daemon.process"])
def test_who_wants_no_telemetry_does_not_load_what_it_needs(module: str) -> None:
    libraries = ("prometheus_client", "opentelemetry", "wsgiref", "nats")
    program = f"import sys, {module}; print([each for each in {libraries} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_commands_of_audit_are_there_when_they_are_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "verifierd", "audit", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "verify" in done.stdout
    assert "replay" in done.stdout
