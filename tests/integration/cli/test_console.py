"""`verifierd console` as a process: it serves a store until a signal, and says what is wrong with a start."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.certificates import Authority
from tests.support.console_entries import NOW_NS, usual_batch
from tests.support.consoles import empty_store, put


@contextmanager
def _console(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, "-m", "verifierd", "console", "--json", "--listen", "127.0.0.1:0", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _get(url: str, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.fixture
def database(tmp_path: Path) -> str:
    store = empty_store(tmp_path)
    put(store, usual_batch("served", NOW_NS))
    store.close()
    return str(tmp_path / "audit.db")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_and_ends_with_0(database: str, number: signal.Signals) -> None:
    with _console("--database", database) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["listening"]
        status, page = _get(url, "/batches/served/candidates/3")
        assert (status, "def</span>" in page) == (200, True)
        assert _get(url, "/", Host="attacker.example")[0] == 400
        os.kill(process.pid, number)
        assert process.wait(timeout=20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_store_that_is_not_there_is_refused_and_none_is_made(tmp_path: Path) -> None:
    with _console("--database", str(tmp_path / "none.db")) as process:
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 3
    assert "there is no such file" in json.loads(said)["error"]["message"]
    assert not (tmp_path / "none.db").exists()


def test_an_address_that_is_none_is_a_wrong_option(database: str) -> None:
    with _console("--database", database, "--listen", "nowhere") as process:
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 2
    assert "give HOST:PORT" in json.loads(said)["error"]["message"]


def test_an_address_that_others_reach_is_refused_in_the_clear(database: str) -> None:
    with _console("--database", database, "--listen", "0.0.0.0:0") as process:
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 2
    message = json.loads(said)["error"]["message"]
    assert "--client-ca" in message
    assert "--insecure" in message


def test_over_tls_it_answers_who_has_a_certificate_and_nobody_else(database: str, tmp_path: Path) -> None:
    authority = Authority()
    authority.signed("board", dns=("localhost",)).write(tmp_path / "c.pem", tmp_path / "k.pem")
    authority.signed("reader").write(tmp_path / "own.pem", tmp_path / "own.key")
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    files = ("--certificate", "c.pem", "--key", "k.pem", "--client-ca", "ca.pem")
    pem = [str(tmp_path / each) if each.endswith("pem") else each for each in files]
    known = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    known.load_cert_chain(tmp_path / "own.pem", tmp_path / "own.key")
    stranger = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    with _console("--database", database, *pem) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["listening"]
        assert url.startswith("https://")
        port = urlsplit(url).port
        reader = HTTPSConnection("localhost", port, context=known, timeout=20)
        reader.request("GET", "/")
        assert reader.getresponse().status == 200
        reader.close()
        other = HTTPSConnection("localhost", port, context=stranger, timeout=20)
        with pytest.raises(OSError, match=r"certificate required|closed connection"):
            other.request("GET", "/")
            other.getresponse()
        other.close()
