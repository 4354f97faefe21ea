"""Large blobs as files: in a folder, or in object storage by any URL that fsspec knows."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import fsspec
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from verifierd.audit import s3
from verifierd.audit.bounded_calls import Call, limit_s, run
from verifierd.audit.errors import BlobDamaged, StoreTrouble, StoreUnavailable

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOB_FILE = re.compile(r"([0-9a-f]{64})\.zst")
_PART_FILE = re.compile(r"[0-9a-f]{64}\.zst\.[0-9a-f]{8}\.part")
_USER_INFO = re.compile(r"[^/\s\"']*@")  # of a URL in an error's words: a name and a password
_LISTING_S = 600.0  # names come by a thousand an answer


class BlobFiles:
    """Files by the SHA-256 of what they hold, as `ab/abcd...zst` below one root.

    A file is there whole or not at all, whenever the power goes: in a folder it is written under another
    name, synced, and renamed; object storage shows an object once all of it is there. Its methods block, and
    may be called from any thread; none takes longer than `bounded_calls` says.
    """

    def __init__(self, url: str) -> None:
        """Take a folder, which is made where there is none, or an fsspec URL such as `s3://bucket/prefix`.

        What is on another machine is not asked yet.

        Raises:
            StoreUnavailable: there can be no such place, or no library for its protocol.
        """
        is_s3 = s3.is_s3(url)
        if is_s3 and (problem := s3.refused(url)):
            raise StoreUnavailable(_shown(url), f"its blobs cannot be reached: {problem}")
        self._fs: AbstractFileSystem
        self._root: str
        try:
            self._fs, self._root = s3.open_file_system(url) if is_s3 else fsspec.core.url_to_fs(url)
        except Exception as error:  # each protocol has errors of its own
            problem = s3.INSTALL if is_s3 and isinstance(error, ImportError) else _words(error)
            raise StoreUnavailable(_shown(url), f"its blobs cannot be reached: {problem}") from None
        self._is_s3 = is_s3
        self._is_local = isinstance(self._fs, LocalFileSystem)
        self.where = self._root if self._is_local else _shown(url)
        if self._is_local:
            try:
                Path(self._root).mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise StoreUnavailable(self.where, f"its folder of blobs: {error.strerror}") from None

    def check(self) -> None:
        """Ask S3 whether the bucket is there and may be used. Other places are taken as they are.

        Raises:
            StoreUnavailable: it is not, or it does not answer.
        """
        if not self._is_s3:
            return
        try:
            s3.check(self._fs, self._root)
        except Exception as error:
            raise StoreUnavailable(self.where, f"its blobs cannot be reached: {_words(error)}") from error

    def path(self, sha256: str) -> str:
        """Return where the file of a blob is.

        Raises:
            BlobDamaged: this is no name of a blob; as a path it may lead anywhere.
        """
        if not _SHA256.fullmatch(sha256):
            raise BlobDamaged(repr(sha256[:80]), "is none: its name is no SHA-256")
        return f"{self._root.rstrip('/')}/{sha256[:2]}/{sha256}.zst"

    def longest_put_s(self, size_bytes: int) -> float:
        """Return after how many seconds so many bytes are written, or have failed; 0 for a local disk."""
        return 0.0 if self._is_local else limit_s(size_bytes)

    def put(self, packed: Mapping[str, bytes]) -> None:
        """Write the files of blobs, by name; they are there when this returns, also if the host loses power.

        Raises:
            StoreTrouble: one cannot be written at the moment, for one because the disk is full.
        """
        try:
            if self._is_local:
                for sha256, content in packed.items():
                    _write_synced(Path(self.path(sha256)), content)
            else:
                options = s3.WHOLE if self._is_s3 else {}
                within_s = limit_s(sum(map(len, packed.values())))
                calls = [
                    Call("pipe_file", (self.path(sha256), content), options, within_s)
                    for sha256, content in packed.items()
                ]
                run(self._fs, *calls)
        except Exception as error:  # of whichever file system this is
            raise StoreTrouble(f"a blob cannot be written to {self.where}: {_words(error)}") from error

    def get(self, sha256: str, max_bytes: int) -> bytes | None:
        """Return the first `max_bytes` bytes of a blob's file, None where there is none.

        Raises:
            StoreTrouble: it cannot be read at the moment.
        """
        path = self.path(sha256)
        wanted = {"start": 0, "end": max_bytes}
        try:
            return self._first_bytes(path, wanted, limit_s(max_bytes))
        except Exception as error:
            if isinstance(error, FileNotFoundError) and not s3.is_bucket_gone(error):
                return None
            raise StoreTrouble(f"a blob cannot be read from {self.where}: {_words(error)}") from error

    def _first_bytes(self, path: str, wanted: Mapping[str, int], within_s: float) -> bytes:
        try:
            (content,) = run(self._fs, Call("cat_file", (path,), wanted, within_s))
        except OSError as error:
            # S3 knows no range of an object that is empty.
            if error.errno != errno.EINVAL or run(self._fs, Call("info", (path,)))[0]["size"] != 0:
                raise
            return b""
        return bytes(content)

    def sizes(self, sha256s: Collection[str]) -> dict[str, int | None]:
        """Return how many bytes the file of each of these blobs has, None where there is none.

        Raises:
            StoreTrouble: one cannot be looked for at the moment.
        """
        calls = [Call("info", (self.path(sha256),)) for sha256 in sha256s]
        try:
            found = run(self._fs, *calls, passing=(FileNotFoundError,))
        except Exception as error:
            raise StoreTrouble(f"a blob cannot be looked for in {self.where}: {_words(error)}") from error
        return {
            sha256: None if info is None else int(info["size"])
            for sha256, info in zip(sha256s, found, strict=True)
        }

    def remove(self, sha256s: Collection[str]) -> None:
        """Delete the files of blobs, as far as they are there.

        Raises:
            StoreTrouble: one cannot be deleted at the moment.
        """
        calls = [Call("rm_file", (self.path(sha256),)) for sha256 in sha256s]
        try:
            run(self._fs, *calls, passing=(FileNotFoundError,))
        except Exception as error:
            raise StoreTrouble(f"a blob cannot be deleted from {self.where}: {_words(error)}") from error

    def names(self) -> Iterator[str]:
        """Yield the SHA-256 of every blob that has a file, in no order. Files of others have none.

        They are listed folder by folder: there may be millions.

        Raises:
            StoreTrouble: they cannot be listed at the moment.
        """
        for number in range(256):
            paths = self._listed(f"{self._root.rstrip('/')}/{number:02x}")
            for path in paths:
                match = _BLOB_FILE.fullmatch(path.rpartition("/")[2])
                if match is not None and path == self.path(match[1]):
                    yield match[1]

    def _listed(self, folder: str) -> Collection[str]:
        try:
            self._fs.invalidate_cache()  # object storage remembers what it listed
            (paths,) = run(self._fs, Call("ls", (folder,), {"detail": False}, _LISTING_S))
        except Exception as error:
            if isinstance(error, FileNotFoundError) and not s3.is_bucket_gone(error):
                return ()
            raise StoreTrouble(f"the blobs in {self.where} cannot be listed: {_words(error)}") from error
        listed: list[str] = paths
        return listed

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
    own = getattr(error, "strerror", None) or str(error)[:300] or type(error).__name__
    return s3.words(error) or _USER_INFO.sub("", own)
