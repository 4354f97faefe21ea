"""An S3 server of the tests' own: moto's, in a process of its own, asked over HTTP on loopback."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener
from uuid import uuid4

STARTS_WITHIN_S = 60
_HTTP = build_opener(ProxyHandler({}))  # nobody stands between this machine and itself
# The server looks whether a request is signed, and not how, unless it is told to.
_SIGNED = "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
_XML = {"s3": "http://s3.amazonaws.com/doc/2006-03-01/"}


class NoS3(Exception):
    """There is no S3 server here to start. The text says what is missing."""


class S3Server:
    """A running server. Each test has a bucket of its own; paths begin with the bucket's name."""

    def __init__(self) -> None:
        """Start a server.

        Raises:
            NoS3: moto or s3fs is not installed.
        """
        for name in ("moto", "s3fs"):
            if importlib.util.find_spec(name) is None:
                raise NoS3(f"{name} is not installed: make setup")
        self._home = tempfile.TemporaryDirectory(prefix="verifierd-s3-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self._kept: dict[str, bytes] = {}
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """What a client finds the server by: the variables that every program of AWS knows."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "AKIAOFATEST",
            "AWS_SECRET_ACCESS_KEY": "secret-of-a-test",
            "AWS_CONFIG_FILE": f"{self._home.name}/config",
            "AWS_SHARED_CREDENTIALS_FILE": f"{self._home.name}/credentials",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def start(self) -> None:
        """Start the server with what it had when it was stopped; it answers when this returns."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
        log = Path(self._home.name, "log")
        with log.open("ab") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise RuntimeError(f"moto's server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.05)
        for path in sorted({path.partition("/")[0] for path in self._kept}):
            self._ask("PUT", path)
        for path, content in self._kept.items():
            self._ask("PUT", path, content)

    def stop(self) -> None:
        """Kill the server, which keeps all in memory: what it has comes back when it is started again."""
        self._kept = {path: self.read(path) for path in self._all_paths()}
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        """Have the server answer nobody, though its connections are taken."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Have a server that hangs answer again."""
        self._process.send_signal(signal.SIGCONT)

    def require_known_keys(self, *, required: bool) -> None:
        """Have the server refuse every access key that it does not know, or none."""
        self._ask("POST", "moto-api/reset-auth", b"0" if required else b"inf")

    def close(self) -> None:
        """End the server, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._home.cleanup()

    def new_bucket(self) -> str:
        """Return the name of a new, empty bucket."""
        name = f"audit-{uuid4().hex[:12]}"
        self.make_bucket(name)
        return name

    def make_bucket(self, bucket: str) -> None:
        """Make a bucket of this name."""
        self._ask("PUT", bucket)

    def remove_bucket(self, bucket: str) -> None:
        """Remove a bucket with all that is in it."""
        for path in self.paths(bucket):
            self.delete(path)
        self._ask("DELETE", bucket)

    def paths(self, bucket: str) -> list[str]:
        """Return the paths of all objects of a bucket."""
        keys = ET.fromstring(self._ask("GET", f"{bucket}?list-type=2")).iterfind(".//s3:Key", _XML)  # noqa: S314
        return [f"{bucket}/{key.text}" for key in keys]

    def etag(self, path: str) -> str:
        """Return the tag of an object: with a dash in it, if it came in parts."""
        bucket, _, key = path.partition("/")
        listing = ET.fromstring(self._ask("GET", f"{bucket}?list-type=2&prefix={key}"))  # noqa: S314
        return str(listing.findtext(".//s3:ETag", namespaces=_XML))

    def read(self, path: str) -> bytes:
        return self._ask("GET", path)

    def write(self, path: str, content: bytes) -> None:
        self._ask("PUT", path, content)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def _all_paths(self) -> list[str]:
        names = ET.fromstring(self._ask("GET", "")).iterfind(".//s3:Bucket/s3:Name", _XML)  # noqa: S314
        return [path for name in names for path in self.paths(str(name.text))]

    def _is_up(self) -> bool:
        try:
            self._ask("GET", "")
        except HTTPError:
            return True
        except OSError:
            return False
        return True

    def _ask(self, method: str, path: str, content: bytes | None = None) -> bytes:
        headers = {"Authorization": _SIGNED, "Content-Type": "application/octet-stream"}
        request = Request(f"{self.endpoint}/{path}", content, headers, method=method)  # noqa: S310
        with _HTTP.open(request, timeout=STARTS_WITHIN_S) as answer:
            return bytes(answer.read())
