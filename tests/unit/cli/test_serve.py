"""What is wrong with the settings stops `verifierd serve` before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command
from verifierd.config.document import default_toml


def test_the_settings_are_printed_with_their_defaults(command: Command) -> None:
    ended = command("serve", "--print-config")
    assert (ended.code, ended.out) == (0, default_toml())


def test_an_unknown_key_stops_the_start(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "verifierd.toml"
    file.write_text("[server]\nlistne = 'x'\n")
    ended = command("serve", "--config", file)
    assert ended.code == 2
    assert ended.err.startswith(f"error: {file}:2: unknown key server.listne")


def test_an_unknown_variable_stops_the_start(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_SERVER__PROT", "1")
    ended = command("serve")
    assert ended.code == 2
    assert "VERIFIERD_SERVER__PROT" in ended.err


@pytest.mark.parametrize("address", ["nowhere", "host:99999", "unix:", ":80"])
def test_an_address_that_is_none_stops_the_start(command: Command, address: str) -> None:
    ended = command("serve", "--listen", address)
    assert (ended.code, ended.err) == (
        2,
        f"error: --listen {address}: must be HOST:PORT with a port from 0 to 65535, or unix:PATH\n",
    )
