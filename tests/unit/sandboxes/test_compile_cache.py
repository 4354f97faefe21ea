"""Compiled programs are told apart by all that went into them, and their bytes are bounded."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from sandboxes.inside.building import Build
from sandboxes.inside.compile_cache import CompileCache, digest_of

BUILD = Build(
    kind="stdio",
    joins_tests=False,
    source="main.cpp",
    compile=["cc", "main.cpp"],
    run=["./a"],
    artifacts=["a"],
    environment={"A": "1"},
    files={"b.h": ""},
    optional={},
    refused=[],
    closing=[],
    before_tests="",
    after_tests="",
    system_calls=[],
    out_of_memory=[],
    build_limits={"memory_bytes": 1},
)


def test_what_was_put_is_had_until_it_has_to_go() -> None:
    cache = CompileCache(10)
    for name in (b"a", b"b"):
        cache.put(name, name * 4)
    assert cache.get(b"a") == b"aaaa"
    cache.put(b"c", b"cccc")  # b was not used since
    assert [cache.get(name) for name in (b"a", b"b", b"c")] == [b"aaaa", None, b"cccc"]


def test_what_has_no_room_is_not_kept_and_nothing_goes_for_it() -> None:
    cache = CompileCache(10)
    cache.put(b"a", b"aaaa")
    cache.put(b"b", b"b" * 11)
    assert (cache.get(b"a"), cache.get(b"b")) == (b"aaaa", None)
    none = CompileCache(0)
    none.put(b"a", b"aaaa")
    assert none.get(b"a") is None


def test_one_that_is_put_twice_counts_once() -> None:
    cache = CompileCache(10)
    for _ in range(5):
        cache.put(b"a", b"aaaa")
    cache.put(b"b", b"bbbb")
    assert cache.get(b"a") == b"aaaa"


@pytest.mark.parametrize("name", [field.name for field in fields(Build)])
def test_each_part_of_a_build_tells_it_apart(name: str) -> None:
    value: Any = getattr(BUILD, name)
    others: dict[type, Any] = {list: ["other"], dict: {"other": 1}, str: "other", bool: True}
    changed: dict[str, Any] = {name: others[type(value)]}
    assert digest_of(BUILD, b"folder") != digest_of(replace(BUILD, **changed), b"folder")


@pytest.mark.parametrize("word", ["__DATE__", "__TIME__", "__TIMESTAMP__"])
def test_a_program_that_asks_when_it_is_compiled_has_no_digest(word: str) -> None:
    assert digest_of(BUILD, f"puts({word})".encode()) is None


def test_so_does_the_folder() -> None:
    assert digest_of(BUILD, b"folder") == digest_of(replace(BUILD), b"folder")
    assert digest_of(BUILD, b"folder") != digest_of(BUILD, b"folder2")
