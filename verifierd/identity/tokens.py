"""Bearer tokens: made from 256 random bits, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

from verifierd.identity.principals import Principal, Scope

PREFIX = "vfd"
_ID_BYTES, _SECRET_BYTES = 6, 32
_FORM = re.compile(rf"{PREFIX}_([0-9a-f]{{{2 * _ID_BYTES}}})_([A-Za-z0-9_-]{{43}})\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token. Times are epoch nanoseconds.

    Attributes:
        id: the part that it is looked up by, which is no secret.
        sha256: the hash of its secret part. That is drawn from 2**256 values, so that nobody finds it by
            trying, however fast the hash is: what slow hashes are for is passwords, which people choose.
        expires_at_ns: from then on it is refused; None: never.
        revoked_at_ns: since when it is refused; None: it is not revoked.
    """

    id: str
    tenant: str
    scopes: frozenset[Scope]
    sha256: bytes = field(repr=False)
    created_at_ns: int
    expires_at_ns: int | None = None
    revoked_at_ns: int | None = None
    note: str = ""

    def is_valid(self, now_ns: int) -> bool:
        """Tell whether it is accepted at a time."""
        return self.revoked_at_ns is None and (self.expires_at_ns is None or now_ns < self.expires_at_ns)

    @property
    def principal(self) -> Principal:
        """Return who shows it."""
        return Principal(self.tenant, self.scopes, f"token {self.id}", self.id)


def new_token(
    tenant: str,
    scopes: frozenset[Scope],
    now_ns: int,
    expires_at_ns: int | None = None,
    note: str = "",
) -> tuple[Token, str]:
    """Return a new token as it is kept, and the text that its holder shows, which is kept nowhere."""
    id_, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    token = Token(id_, tenant, scopes, _sha256(secret), now_ns, expires_at_ns, note=note)
    return token, f"{PREFIX}_{id_}_{secret}"


def id_in(text: str) -> str | None:
    """Return the id in a token's text; None where it is no token's."""
    found = _FORM.match(text)
    return found[1] if found else None


def is_text_of(text: str, token: Token | None) -> bool:
    """Tell whether a text is that of this token; for None, never, in the time that it takes for a token."""
    found = _FORM.match(text)
    shown = _sha256(found[2] if found else text)
    return hmac.compare_digest(shown, token.sha256 if token else bytes(len(shown))) and token is not None


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
