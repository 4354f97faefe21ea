"""`verifierd token`: made and shown once, listed without its secret, revoked by its id."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from verifierd.cli.main import build
from verifierd.identity.tokens import PREFIX


@pytest.fixture(params=["file", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tokens are kept, as the environment says."""
    if request.param == "file":
        monkeypatch.setenv("VERIFIERD_IDENTITY__TOKEN_FILE", str(tmp_path / "kept"))
    else:
        monkeypatch.setenv("VERIFIERD_AUDIT__DATABASE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def token(*arguments: str, code: int = 0) -> str:
    ended = CliRunner().invoke(build(), ["token", *arguments])
    assert ended.exit_code == code, ended.output
    return ended.output


def test_a_token_s_life(place: Path) -> None:
    text = token("create", "--tenant", "team-a", "--scope", "submit", "--expires", "30d").strip()
    prefix, token_id, secret = text.split("_", 2)
    assert prefix == PREFIX
    assert secret.encode() not in place.read_bytes()
    listed = json.loads(token("list", "--json"))
    assert secret not in json.dumps(listed)
    assert (listed["id"], listed["tenant"], listed["scopes"], listed["state"]) == (
        token_id,
        "team-a",
        ["submit"],
        "valid",
    )
    assert listed["expires_at_ns"] - listed["created_at_ns"] == 30 * 86_400 * 10**9
    assert token_id in token("list")
    assert "is refused since" in token("revoke", token_id)
    assert json.loads(token("list", "--json"))["state"] == "revoked"
    assert "there is no token" in token("revoke", "0" * 12, code=2)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("--tenant", "a b"), "no name of a tenant"),
        (("--tenant", "a", "--scope", "all"), "allowed are submit, read and admin"),
        (("--tenant", "a", "--expires", "soon"), "give such as 12h, 30d or 8w"),
        (("--tenant", "a", "--expires", "0d"), "give such as 12h, 30d or 8w"),
        (("--tenant", "a", "--note", "x" * 257), "printable characters"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_kept(place: Path, wrong: tuple[str, ...], words: str) -> None:
    said = " ".join(token("create", *wrong, code=2).replace("│", " ").split())
    assert words in said
    assert not place.exists()


def test_without_a_place_the_settings_that_name_one_are_told() -> None:
    said = token("create", "--tenant", "a", code=2)
    assert "VERIFIERD_IDENTITY__TOKEN_FILE" in " ".join(said.split())
