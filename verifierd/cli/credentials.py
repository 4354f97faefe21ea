"""What a command shows a server that asks who calls: from the environment, where no history keeps it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verifierd.config import ConfigError
from verifierd_client import AsyncVerifier, ConnectionFailed, Tls, Unauthenticated

TOKEN, CA = "VERIFIER_TOKEN", "VERIFIER_TLS_CA"
CERTIFICATE, KEY = "VERIFIER_TLS_CERTIFICATE", "VERIFIER_TLS_KEY"
_HERE = (
    f"commands take the token from {TOKEN}, and from {CA} the file with who signed the server's certificate"
)


def verifier_of(server: str) -> AsyncVerifier:
    """Return a client of a server, with the credentials of the environment.

    Raises:
        ConfigError: a file cannot be read, or the token would cross a network in the clear.
    """
    try:
        return AsyncVerifier(server, tls=_tls(), token=os.environ.get(TOKEN) or None)
    except ValueError as error:
        raise ConfigError(f"--server {server}: {error}; {_HERE}") from None


@contextmanager
def told_where_they_stand() -> Iterator[None]:
    """Have errors that are mended by other credentials say where a command takes them from."""
    try:
        yield
    except (Unauthenticated, ConnectionFailed) as error:
        if isinstance(error, Unauthenticated) or "Tls(" in str(error):
            raise type(error)(f"{error}; {_HERE}") from None
        raise


def _tls() -> Tls | None:
    ca, certificate, key = (_content(name) for name in (CA, CERTIFICATE, KEY))
    if ca is None and certificate is None and key is None:
        return None
    return Tls(root_certificates=ca, certificate=certificate, key=key)


def _content(name: str) -> bytes | None:
    file = os.environ.get(name)
    if not file:
        return None
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise ConfigError(f"environment variable {name}: {file} cannot be read: {error.strerror}") from None
