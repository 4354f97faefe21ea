"""Keys that checkpoints are signed with (Ed25519): made, read from their files, and named."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from verifierd.audit.wrong_input import KeyUnusable

MAX_KEY_FILE_BYTES = 64 * 1024
_KEY_ID_DIGITS = 16
_OPEN_TO_OTHERS = 0o027  # a group may read: so a secret is mounted for a service


def public_file(private_file: Path) -> Path:
    """Return where the public key of a private key's file is: beside it, `.pub` behind its name."""
    return private_file.with_name(private_file.name + ".pub")


def make_keys(private_file: Path) -> str:
    """Write a new pair of keys, as PEM, and return its id. The private one only its owner can read.

    Raises:
        KeyUnusable: one of the two files is there already, or cannot be written. No file is left then.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write_new(private_file, private, 0o600)
    try:
        _write_new(public_file(private_file), public, 0o644)
    except KeyUnusable:
        private_file.unlink()
        raise
    return key_id(key.public_key())


def read_private_key(file: Path) -> Ed25519PrivateKey:
    """Return the key that signs.

    Raises:
        KeyUnusable: the file is missing, unreadable, open to everybody, or no such key.
    """
    content = _read(file)
    mode = file.stat().st_mode
    if mode & _OPEN_TO_OTHERS:
        raise KeyUnusable(
            f"{file}: others than its owner and group may use this private key (mode {mode & 0o777:04o}); "
            f"run `chmod 600 {file}`"
        )
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnusable(
            f"{file}: no private key as PEM without a password; `verifierd audit keygen` makes one"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file}: a private key, but not of Ed25519; `verifierd audit keygen` makes one")
    return key


def read_public_key(file: Path) -> Ed25519PublicKey:
    """Return the key that signatures are checked with.

    Raises:
        KeyUnusable: the file is missing, unreadable, or no such key.
    """
    try:
        key = load_pem_public_key(_read(file))
    except (ValueError, UnsupportedAlgorithm):
        raise KeyUnusable(
            f"{file}: no public key as PEM; it is the file with .pub that `verifierd audit keygen` wrote"
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{file}: a public key, but not of Ed25519")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """Return a key's name: the first 16 hexadecimal digits of its SHA-256."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:_KEY_ID_DIGITS]


def _write_new(file: Path, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise KeyUnusable(
            f"{file}: is there already, and a key is never written over; name another"
        ) from None
    except OSError as error:
        raise KeyUnusable(f"{file}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, mode)  # whatever the umask says
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise KeyUnusable(f"{file}: cannot be written: {error.strerror}") from None


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_KEY_FILE_BYTES + 1)
    except OSError as error:
        raise KeyUnusable(f"{file}: cannot be read: {error.strerror}") from None
    if len(content) > MAX_KEY_FILE_BYTES:
        raise KeyUnusable(f"{file}: too large for a key")
    return content
