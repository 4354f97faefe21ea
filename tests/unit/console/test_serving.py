"""Where the console listens is said clearly, and what is no address is refused with words."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.support.consoles import empty_store
from verifierd.console.serving import CannotListen, Listen, listen_of, serve


@pytest.mark.parametrize(
    ("text", "listen", "is_loopback"),
    [
        ("127.0.0.1:8081", Listen("127.0.0.1", 8081), True),
        ("localhost:0", Listen("localhost", 0), True),
        ("[::1]:8081", Listen("::1", 8081), True),
        ("0.0.0.0:80", Listen("0.0.0.0", 80), False),  # noqa: S104 - parsed, not listened on
        ("console.example:443", Listen("console.example", 443), False),
    ],
)
def test_an_address_is_read(text: str, listen: Listen, is_loopback: bool) -> None:
    assert listen_of(text) == listen
    assert listen_of(text).is_loopback is is_loopback


@pytest.mark.parametrize("text", ["", "8081", ":8081", "host:", "host:99999", "host:-1", "::1:80", "host:8x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(CannotListen, match="give HOST:PORT"):
        listen_of(text)


@pytest.mark.parametrize("name", ["*", "", "a:80", "http://a"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    store = empty_store(tmp_path)
    with pytest.raises(CannotListen, match="no name of a host"):
        serve(store, Listen("127.0.0.1", 0), (name,), lambda url: None)
    store.close()


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"127.0.0.1 port {port}: Address already in use"):
            serve(store, Listen("127.0.0.1", port), (), lambda url: None)
    store.close()
