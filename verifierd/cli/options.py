"""Options that several commands have, described once."""

from __future__ import annotations

from pathlib import Path

from verifierd.config import ConfigError

CONFIG_HELP = "Settings as TOML; `verifierd serve --print-config` prints all of them with their defaults."
SETTINGS_HELP = (
    "Without `--server` a daemon is started for this command alone. Its settings are those of `--config` and "
    "of `VERIFIERD_...` variables, which go before the file: `VERIFIERD_SANDBOX__COUNT=8` sets "
    "`sandbox.count`."
)
JSON_HELP = "Write JSON to standard output instead of tables for people."
SERVER_HELP = (
    "Address of a running daemon: HOST:PORT or unix:PATH. Without it a daemon is started for this command "
    "alone. A daemon that asks who calls is shown `VERIFIER_TOKEN`; with `VERIFIER_TLS_CA`, a file, TLS is "
    "spoken."
)


def refuse_config_for_server(config: Path | None, server: str | None) -> None:
    """Raise ConfigError where settings are given for a daemon that is not started by this command."""
    if config is not None and server is not None:
        raise ConfigError(
            "--config is for a daemon of the command's own, and --server names another; leave one of them out"
        )
