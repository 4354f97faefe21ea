"""The compose file, on one host and on three: by the specification's schema, and by docker-compose itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.deploy.conftest import DEPLOY
from tests.integration.frameworks.conftest import MAKING_S
from tests.support.nats_server import needs_nats

COMPOSE = DEPLOY / "compose"
PROFILES = {"one-host": ["store,front,work"], "three-hosts": ["store", "front", "work"]}
SERVICES = {"store": {"nats", "postgres"}, "front": {"front-end"}, "work": {"worker"}}
needs_compose = pytest.mark.skipif(
    shutil.which("docker-compose") is None, reason="needs docker-compose (apt-get install docker-compose)"
)


def environment(name: str, profiles: str, folder: Path) -> Path:
    """One of the two files with what is left to whoever copies it."""
    own = {
        "NATS_PASSWORD": "n",
        "POSTGRES_PASSWORD": "p",
        "STORE_ADDRESS": "10.1.2.3",
        "COMPOSE_PROFILES": profiles,
    }
    lines = (COMPOSE / f"{name}.env").read_text("utf-8").splitlines()
    filled = [f"{line}{own[line[:-1]]}" if line.endswith("=") else line for line in lines]
    (folder / ".env").write_text("\n".join(filled) + "\n", "utf-8")
    return folder / ".env"


@pytest.mark.timeout(MAKING_S)
def test_the_file_holds_by_the_specification(deploy_python: Path) -> None:
    done = subprocess.run(
        [
            *(str(deploy_python.with_name("check-jsonschema")), "--builtin-schema", "vendor.compose-spec"),
            str(COMPOSE / "compose.yaml"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@needs_compose
@pytest.mark.parametrize(
    ("name", "profiles"), [(name, each) for name, all_of_it in PROFILES.items() for each in all_of_it]
)
def test_compose_starts_what_a_host_is_for(name: str, profiles: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *("docker-compose", "--file", str(COMPOSE / "compose.yaml")),
            *("--env-file", str(environment(name, profiles, tmp_path)), "config", "--services"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    started = {each for profile in profiles.split(",") for each in SERVICES[profile]}
    assert started <= {*done.stdout.split()}


@needs_nats
def test_nats_takes_its_configuration() -> None:
    done = subprocess.run(
        ["nats-server", "-t", "-c", str(COMPOSE / "nats.conf")],
        env={"NATS_PASSWORD": "n", "PATH": "/usr/sbin:/usr/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_secret_has_a_value_of_ours() -> None:
    for name in PROFILES:
        text = (COMPOSE / f"{name}.env").read_text("utf-8")
        assert "NATS_PASSWORD=\n" in text
        assert "POSTGRES_PASSWORD=\n" in text
    assert json.dumps("password: $NATS_PASSWORD")[1:-1] in (COMPOSE / "nats.conf").read_text("utf-8")
