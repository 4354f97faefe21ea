"""Where the tests keep large blobs, and how they get at the files there by themselves: a folder, or S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.s3 import NoS3, S3Server

IN_FOLDER_AND_S3 = pytest.mark.parametrize("s3_server", ["folder", "s3"], indirect=True, scope="session")
"""Has a test that takes `blob_place`, or `store`, run with blobs in a folder and with blobs in S3."""


class BlobPlace(Protocol):
    """A place for blobs. Paths are those of `BlobFiles.path`."""

    @property
    def url(self) -> str: ...

    def paths(self) -> list[str]: ...

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, content: bytes) -> None: ...

    def delete(self, path: str) -> None: ...


class Folder:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.url = str(folder)

    def paths(self) -> list[str]:
        return sorted(str(path) for path in Path(self.url).rglob("*") if path.is_file())

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        Path(path).write_bytes(content)

    def delete(self, path: str) -> None:
        Path(path).unlink()


class Bucket:
    """A prefix in a bucket of its own."""

    def __init__(self, server: S3Server) -> None:
        self.server = server
        self.name = server.new_bucket()
        self.url = f"s3://{self.name}/some/prefix"
        self.read, self.write, self.delete = server.read, server.write, server.delete

    def paths(self) -> list[str]:
        return sorted(self.server.paths(self.name))


@pytest.fixture(scope="session")
def _session_s3() -> Iterator[S3Server]:
    try:
        server = S3Server()
    except NoS3 as error:
        pytest.skip(str(error))
    yield server
    server.close()


@pytest.fixture(scope="session")
def s3_server(request: pytest.FixtureRequest) -> S3Server | None:
    """The server of large blobs; None: a folder. Before any test's watch over the host begins."""
    kind = getattr(request, "param", "folder")
    return request.getfixturevalue("_session_s3") if kind == "s3" else None


@pytest.fixture
def blob_place(s3_server: S3Server | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobPlace:
    """Where the test's large blobs are."""
    if s3_server is None:
        return Folder(tmp_path / "blobs")
    find_server(monkeypatch, s3_server)
    return Bucket(s3_server)


def find_server(monkeypatch: pytest.MonkeyPatch, server: S3Server) -> None:
    """Have clients that begin from now on find this server, and no credentials but its own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
