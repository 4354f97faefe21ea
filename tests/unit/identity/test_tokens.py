"""Tokens: kept as hashes, known by their whole text alone, refused once they expire or are revoked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from verifierd.errors import Unauthenticated
from verifierd.identity.principals import Principal, Scope, is_tenant
from verifierd.identity.recognition import CertificateHolder, Recognition
from verifierd.identity.shelf import NoTokens, TokenBook
from verifierd.identity.token_file import TokenFile, TokensUnusable
from verifierd.identity.tokens import Token, new_token

pytestmark = pytest.mark.anyio

READ = frozenset({Scope.READ})


class Clock:
    def __init__(self) -> None:
        self.now_ns = 100

    def __call__(self) -> int:
        return self.now_ns


def made(tenant: str = "a", expires_at_ns: int | None = None) -> tuple[Token, str]:
    return new_token(tenant, READ, 1, expires_at_ns)


def book_of(*tokens: Token, clock: Clock | None = None) -> TokenBook:
    class Source:
        where = "memory"

        def all(self) -> tuple[Token, ...]:
            return tokens

    book = TokenBook(Source(), clock or Clock())
    book.refresh()
    return book


def test_what_is_kept_of_a_token_does_not_tell_its_text() -> None:
    token, text = made()
    secret = text.split("_", 2)[2]
    assert secret not in repr(token)
    assert token.sha256.hex() not in repr(token)
    assert len(secret) == 43  # 256 bits in base64


def test_a_token_is_known_by_its_whole_text() -> None:
    token, text = made()
    assert book_of(token).holder(text) == Principal("a", READ, f"token {token.id}", token.id)


_, ANOTHER = made()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.upper(),
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.rpartition("_")[0],
        lambda text: "_".join([*text.split("_")[:2], *ANOTHER.split("_")[2:]]),
        lambda text: ANOTHER,
        lambda text: text + "\n",
        lambda text: "\ud800" * 60,
        lambda text: "vfd_" * 100_000,
    ],
)
def test_any_other_text_is_nobody_s(spoil: object) -> None:
    token, text = made()
    assert book_of(token).holder(spoil(text)) is None  # type: ignore[operator]


def test_a_token_is_refused_from_its_expiry_on() -> None:
    clock = Clock()
    token, text = made(expires_at_ns=200)
    book = book_of(token, clock=clock)
    clock.now_ns = 199
    known = book.holder(text)
    assert known is not None
    clock.now_ns = 200
    assert book.holder(text) is None
    assert not book.holds(known)


def test_a_revoked_token_is_refused() -> None:
    token, text = made()
    assert book_of(replace(token, revoked_at_ns=50)).holder(text) is None


def test_a_source_that_cannot_be_read_leaves_known_what_was_known(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "tokens.json")
    token, text = made()
    file.add(token)
    book = TokenBook(file)
    book.refresh()
    (tmp_path / "tokens.json").write_text("{")
    book.try_refresh()
    assert book.holder(text) is not None


def test_a_file_keeps_tokens_for_its_owner_alone_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    file = TokenFile(path)
    assert file.all() == ()
    (first, text), (second, _) = made(), made("b", expires_at_ns=7)
    file.add(first)
    file.add(second)
    assert file.all() == (first, second)
    assert path.stat().st_mode & 0o777 == 0o600
    assert text.split("_", 2)[2] not in path.read_text()


def test_a_file_s_token_is_revoked_once_and_for_all(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "tokens.json")
    token, _ = made()
    file.add(token)
    assert file.revoke("0" * 12, 5) is None
    assert file.revoke(token.id, 5) == replace(token, revoked_at_ns=5)
    assert file.revoke(token.id, 9) == replace(token, revoked_at_ns=5)
    assert file.all() == (replace(token, revoked_at_ns=5),)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"tokens": [{}]}', '{"tokens": 5}', "\x00"])
def test_a_file_of_something_else_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "tokens.json").write_text(content)
    with pytest.raises(TokensUnusable, match=r"tokens\.json: no file of tokens"):
        TokenFile(tmp_path / "tokens.json").all()


def test_an_unknown_scope_in_a_file_is_no_scope(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    TokenFile(path).add(made()[0])
    plain = json.loads(path.read_text())
    plain["tokens"][0]["scopes"] = ["everything"]
    path.write_text(json.dumps(plain))
    with pytest.raises(TokensUnusable, match="everything"):
        TokenFile(path).all()


CERTIFIED = {"CN=alice": CertificateHolder("a", READ)}


async def test_a_certificate_stands_for_whom_the_settings_say() -> None:
    recognition = Recognition(TokenBook(NoTokens()), CERTIFIED)
    assert await recognition.caller([], ["other.example", "CN=alice"]) == Principal(
        "a", READ, "certificate CN=alice"
    )
    with pytest.raises(Unauthenticated, match="shows no token"):
        await recognition.caller([], ["alice", "CN=Alice"])


async def test_a_wrong_token_is_not_passed_over_for_a_certificate() -> None:
    recognition = Recognition(TokenBook(NoTokens()), CERTIFIED)
    with pytest.raises(Unauthenticated, match="unknown, expired or revoked"):
        await recognition.caller([f"Bearer {ANOTHER}"], ["CN=alice"])


@pytest.mark.parametrize("shown", [["Basic abc"], ["Bearer"], ["Bearer "], [""], ["Bearer a", "Bearer b"]])
async def test_what_is_no_bearer_token_is_refused_in_words(shown: list[str]) -> None:
    token, _ = made()
    with pytest.raises(Unauthenticated, match="Bearer TOKEN"):
        await Recognition(book_of(token), {}).caller(shown, [])


async def test_the_scheme_is_of_any_case_as_http_has_it() -> None:
    token, text = made()
    caller = await Recognition(book_of(token), {}).caller([f"bearer {text}"], [])
    assert caller.token_id == token.id


def test_an_administrator_may_all_and_sees_all() -> None:
    admin = Principal("ops", frozenset({Scope.ADMIN}))
    assert all(admin.may(scope) for scope in Scope)
    assert admin.sees == ""
    reader = Principal("a", READ)
    assert [scope for scope in Scope if reader.may(scope)] == [Scope.READ]
    assert reader.sees == "a"


@pytest.mark.parametrize("name", ["a", "team-a", "a.b@c/d_e", "A" * 128])
def test_names_of_tenants(name: str) -> None:
    assert is_tenant(name)


@pytest.mark.parametrize("name", ["", " a", "a b", "-a", "a\n", "ä", "a" * 129, "a\x00"])
def test_what_is_no_name_of_a_tenant(name: str) -> None:
    assert not is_tenant(name)
