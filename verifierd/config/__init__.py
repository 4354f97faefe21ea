"""The daemon's settings: declared in `settings`, loaded by `load`, printed by `document`, handed on by `convert`."""

from verifierd.config.load import ConfigError, load_settings
from verifierd.config.settings import Settings

__all__ = ["ConfigError", "Settings", "load_settings"]
