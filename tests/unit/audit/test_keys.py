"""Keys: a pair is made once, only its owner reads the private one, and a wrong file is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from verifierd.audit.keys import key_id, make_keys, public_file, read_private_key, read_public_key
from verifierd.audit.wrong_input import KeyUnusable


def test_a_pair_belongs_together_and_has_one_name(tmp_path: Path) -> None:
    file = tmp_path / "audit.key"
    name = make_keys(file)
    private, public = read_private_key(file), read_public_key(public_file(file))
    public.verify(private.sign(b"x"), b"x")
    assert name == key_id(public) == key_id(private.public_key())
    assert len(name) == 16


def test_only_the_owner_reads_the_private_key_whatever_the_umask(tmp_path: Path) -> None:
    file = tmp_path / "audit.key"
    before = os.umask(0)
    try:
        make_keys(file)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    assert public_file(file).stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("there", ["audit.key", "audit.key.pub"])
def test_no_file_is_written_over_and_no_half_pair_is_left(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("precious")
    with pytest.raises(KeyUnusable, match=f"{there}: is there already"):
        make_keys(tmp_path / "audit.key")
    assert [each.name for each in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "precious"


def test_a_link_is_not_followed_to_write_a_key(tmp_path: Path) -> None:
    (tmp_path / "audit.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyUnusable, match="is there already"):
        make_keys(tmp_path / "audit.key")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"no/audit\.key: cannot be written: No such file"):
        make_keys(tmp_path / "no" / "audit.key")


@pytest.mark.parametrize("mode", [0o604, 0o620, 0o666])
def test_a_private_key_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "audit.key"
    make_keys(file)
    file.chmod(mode)
    with pytest.raises(KeyUnusable, match=f"mode {mode:04o}.*chmod 600"):
        read_private_key(file)


def test_what_is_no_key_is_refused_by_name(tmp_path: Path) -> None:
    other = X25519PrivateKey.generate()
    password = BestAvailableEncryption(b"x")
    for content, said in (
        (b"", "no private key"),
        (b"\xff\xfe", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, password), "no private key"),
        (other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "not of Ed25519"),
        (b"x" * (64 * 1024 + 1), "too large"),
    ):
        file = tmp_path / "wrong.key"
        file.touch(0o600)
        file.write_bytes(content)
        with pytest.raises(KeyUnusable, match=f"wrong.key: .*{said}"):
            read_private_key(file)
    for content, said in (
        (b"", "no public key"),
        (other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "not of Ed25519"),
    ):
        file = tmp_path / "wrong.pub"
        file.write_bytes(content)
        with pytest.raises(KeyUnusable, match=f"wrong.pub: .*{said}"):
            read_public_key(file)


def test_a_key_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"audit\.key: cannot be read: No such file"):
        read_private_key(tmp_path / "audit.key")
    with pytest.raises(KeyUnusable, match="cannot be read: Is a directory"):
        read_public_key(tmp_path)
