"""The daemon's settings: declared, loaded, printed with comments, and handed on to its parts."""

from verifierd.config.load import ConfigError, load_settings, with_listen
from verifierd.config.settings import Settings

__all__ = ["ConfigError", "Settings", "load_settings", "with_listen"]
