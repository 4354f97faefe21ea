"""Large blobs as files: in a folder, or in object storage by any URL that fsspec knows."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from verifierd.audit.errors import BlobDamaged, BlobError, StoreTrouble, StoreUnavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOB_FILE = re.compile(r"([0-9a-f]{64})\.zst")
_PART_FILE = re.compile(r"[0-9a-f]{64}\.zst\.[0-9a-f]{8}\.part")


class BlobFiles:
    """Files by the SHA-256 of what they hold, as `ab/abcd...zst` below one root.

    A file is there whole or not at all, whenever the power goes: in a folder it is written under another
    name, synced, and renamed; object storage shows an object once all of it is there.
    """

    def __init__(self, url: str) -> None:
        """Take a folder, which is made where there is none, or an fsspec URL such as `s3://bucket/prefix`.

        Raises:
            StoreUnavailable: there is no such place, or no library for its protocol.
        """
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url)
        except Exception as error:  # each protocol has errors of its own
            raise StoreUnavailable(_shown(url), f"its blobs cannot be reached: {_words(error)}") from None
        self._is_local = isinstance(self._fs, LocalFileSystem)
        self.where = self._root if self._is_local else _shown(url)
        if self._is_local:
            try:
                Path(self._root).mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise StoreUnavailable(self.where, f"its folder of blobs: {error.strerror}") from None

    def path(self, sha256: str) -> str:
        """Return where the file of a blob is.

        Raises:
            BlobDamaged: this is no name of a blob; as a path it may lead anywhere.
        """
        if not _SHA256.fullmatch(sha256):
            raise BlobDamaged(repr(sha256[:80]), "is none: its name is no SHA-256")
        return f"{self._root.rstrip('/')}/{sha256[:2]}/{sha256}.zst"

    def put(self, sha256: str, packed: bytes) -> None:
        """Write a blob's file; it is there when this returns, also if the host loses power.

        Raises:
            StoreTrouble: it cannot be written at the moment, for one because the disk is full.
        """
        try:
            if self._is_local:
                _write_synced(Path(self.path(sha256)), packed)
            else:
                self._fs.pipe_file(self.path(sha256), packed)
        except Exception as error:  # of whichever file system this is
            raise StoreTrouble(f"a blob cannot be written to {self.where}: {_words(error)}") from error

    def get(self, sha256: str, max_bytes: int) -> bytes | None:
        """Return the first `max_bytes` bytes of a blob's file, None where there is none.

        Raises:
            StoreTrouble: it cannot be read at the moment.
        """
        try:
            with self._fs.open(self.path(sha256), "rb") as file:
                content: bytes = file.read(max_bytes)
                return content
        except FileNotFoundError:
            return None
        except BlobError:
            raise
        except Exception as error:
            raise StoreTrouble(f"a blob cannot be read from {self.where}: {_words(error)}") from error

    def size(self, sha256: str) -> int | None:
        """Return how many bytes a blob's file has, None where there is none.

        Raises:
            StoreTrouble: it cannot be looked for at the moment.
        """
        try:
            return int(self._fs.size(self.path(sha256)))
        except FileNotFoundError:
            return None
        except BlobError:
            raise
        except Exception as error:
            raise StoreTrouble(f"a blob cannot be looked for in {self.where}: {_words(error)}") from error

    def remove(self, sha256: str) -> None:
        """Delete a blob's file, if it is there.

        Raises:
            StoreTrouble: it cannot be deleted at the moment.
        """
        try:
            self._fs.rm_file(self.path(sha256))
        except FileNotFoundError:
            pass
        except BlobError:
            raise
        except Exception as error:
            raise StoreTrouble(f"a blob cannot be deleted from {self.where}: {_words(error)}") from error

    def names(self) -> list[str]:
        """Return the SHA-256 of every blob that has a file, in no order. Files of others have none."""
        found = (_BLOB_FILE.fullmatch(Path(path).name) for path in self._fs.glob(f"{self._root}/??/*.zst"))
        return [match[1] for match in found if match is not None]

    def sweep_parts(self, before_ns: int) -> None:
        """Delete what crashes left of files that were being written, last changed before then (epoch ns).

        Raises:
            StoreTrouble: one cannot be deleted at the moment.
        """
        if not self._is_local:
            return
        for path in Path(self._root).glob("??/*.part"):
            try:
                if _PART_FILE.fullmatch(path.name) and path.lstat().st_mtime_ns < before_ns:
                    path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreTrouble(f"{path} cannot be deleted: {_words(error)}") from error


def _write_synced(path: Path, content: bytes) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(path.parent.parent)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make new names in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _shown(url: str) -> str:
    """Return a URL without what may be a password in it."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else url


def _words(error: Any) -> str:
    return getattr(error, "strerror", None) or str(error)[:200] or type(error).__name__
