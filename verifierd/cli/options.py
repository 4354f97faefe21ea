"""Options that several commands have, described once."""

from __future__ import annotations

CONFIG_HELP = "Settings as TOML; `verifierd serve --print-config` prints all of them with their defaults."
JSON_HELP = "Write JSON to standard output instead of tables for people."
SERVER_HELP = (
    "Address of a running daemon: HOST:PORT or unix:PATH. Without it a daemon is started for this command "
    "alone."
)
