"""Tokens in a file of JSON, for a server that keeps no records; readable by its owner alone."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifierd.audit.wrong_input import WrongInput
from verifierd.identity.principals import Scope
from verifierd.identity.tokens import Token

MAX_FILE_BYTES = 16 << 20


class TokensUnusable(WrongInput):
    """The file of tokens cannot be read or written."""


class TokenFile:
    """The tokens in a file, which is written whole under another name and then renamed."""

    def __init__(self, file: Path) -> None:
        """Name the file; it is made with the first token."""
        self._file = file
        self.where = str(file)

    def all(self) -> tuple[Token, ...]:
        """Return every token, the oldest first; none where there is no file. Raises TokensUnusable."""
        try:
            with self._file.open("rb") as stream:
                content = stream.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise TokensUnusable(f"{self._file}: cannot be read: {error.strerror}") from None
        if len(content) > MAX_FILE_BYTES:
            raise TokensUnusable(f"{self._file}: larger than {MAX_FILE_BYTES} bytes")
        try:
            return tuple(map(_token, json.loads(content)["tokens"]))
        except (ValueError, KeyError, TypeError) as error:
            raise TokensUnusable(
                f"{self._file}: no file of tokens ({type(error).__name__}: {error}); "
                "`verifierd token create` makes one"
            ) from None

    def add(self, token: Token) -> None:
        """Keep one more. Raises TokensUnusable."""
        with self._alone():
            self._write((*self.all(), token))

    def revoke(self, token_id: str, now_ns: int) -> Token | None:
        """Refuse a token from now on. Raises TokensUnusable."""
        with self._alone():
            tokens = {token.id: token for token in self.all()}
            token = tokens.get(token_id)
            if token is None or token.revoked_at_ns is not None:
                return token
            tokens[token_id] = replace(token, revoked_at_ns=now_ns)
            self._write(tokens.values())
            return tokens[token_id]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from writing. The lock is a file beside it, since the file itself is replaced."""
        try:
            descriptor = os.open(f"{self._file}.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise TokensUnusable(f"{self._file}: cannot be written: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, tokens: Any) -> None:
        content = json.dumps({"tokens": [_plain(token) for token in tokens]}, indent=1).encode()
        new = self._file.with_name(f"{self._file.name}.new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, 0o600)  # whatever the umask says
                stream.write(content)
                stream.flush()
                os.fsync(descriptor)
            new.replace(self._file)
        except OSError as error:
            raise TokensUnusable(f"{self._file}: cannot be written: {error.strerror}") from None


def _plain(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "tenant": token.tenant,
        "scopes": sorted(token.scopes),
        "sha256": token.sha256.hex(),
        "created_at_ns": token.created_at_ns,
        "expires_at_ns": token.expires_at_ns,
        "revoked_at_ns": token.revoked_at_ns,
        "note": token.note,
    }


def _token(plain: dict[str, Any]) -> Token:
    return Token(
        id=str(plain["id"]),
        tenant=str(plain["tenant"]),
        scopes=frozenset(map(Scope, plain["scopes"])),
        sha256=bytes.fromhex(plain["sha256"]),
        created_at_ns=int(plain["created_at_ns"]),
        expires_at_ns=_time(plain["expires_at_ns"]),
        revoked_at_ns=_time(plain["revoked_at_ns"]),
        note=str(plain["note"]),
    )


def _time(value: Any) -> int | None:
    return None if value is None else int(value)
