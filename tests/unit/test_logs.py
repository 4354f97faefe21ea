"""Logs: no token is ever in them, whoever put it there."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from verifierd import logs
from verifierd.identity.principals import ALL_SCOPES
from verifierd.identity.tokens import new_token

TOKEN, TEXT = new_token("a", ALL_SCOPES, 1)
TOKEN_SECRET = TEXT.split("_", 2)[2]


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    before, handlers = structlog.get_config(), logging.getLogger().handlers[:]
    level = logging.getLogger().level
    yield io.StringIO()
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_token_is_blackened_wherever_it_stands(out: io.StringIO, form: logs.Format) -> None:
    logs.configure("debug", form, out)
    log = logs.get_logger("test")
    log.info(f"came with {TEXT}")
    log.info("call", metadata=[("authorization", f"Bearer {TEXT}")], cut=TEXT[:40], **{TEXT: 1})
    logging.getLogger("grpc").warning("header %s", TEXT)
    try:
        raise ValueError(TEXT)
    except ValueError:
        log.exception("failed")
    log.info("other", header="Authorization: Bearer abcdefgh12345678")
    said = out.getvalue()
    assert TOKEN_SECRET not in said
    assert TOKEN_SECRET[:12] not in said
    assert "abcdefgh12345678" not in said
    assert said.count(f"vfd_{TOKEN.id}_[redacted]") >= 5 or form == "console"


def test_lines_stay_json_and_other_words_stay(out: io.StringIO) -> None:
    logs.configure("info", "json", out)
    logs.get_logger("test").info("token", text=TEXT, why="the bearer of news", digest="ab" * 32)
    line = json.loads(out.getvalue())
    assert (line["why"], line["digest"]) == ("the bearer of news", "ab" * 32)
    assert line["text"] == f"vfd_{TOKEN.id}_[redacted]"
