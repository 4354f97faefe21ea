"""Where tokens are kept: what every such place can do, and the book of them that a server looks into."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from verifierd.identity.principals import Principal
from verifierd.identity.tokens import Token, id_in, is_text_of
from verifierd.logs import get_logger


class TokenSource(Protocol):
    """Has tokens. Its methods block, and raise TokensUnusable or StoreError where it cannot be used."""

    where: str

    def all(self) -> tuple[Token, ...]:
        """Return every token, the oldest first."""
        ...


class TokenShelf(TokenSource, Protocol):
    """Keeps tokens."""

    def add(self, token: Token) -> None:
        """Keep one more."""
        ...

    def revoke(self, token_id: str, now_ns: int) -> Token | None:
        """Refuse a token from now on, and return it; None where there is none of this id.

        One that was revoked before stays revoked since then.
        """
        ...


class NoTokens:
    """What a server has that knows its callers by their certificates alone."""

    where = "nowhere"

    def all(self) -> tuple[Token, ...]:
        """Return none."""
        return ()


class TokenBook:
    """All tokens in memory, as they were when it was last refreshed.

    A call is answered without a look into a file or a database: so a flood of wrong tokens costs a hash each,
    and takes as long for an id that there is as for one that there is not.
    """

    def __init__(self, source: TokenSource, clock_ns: Callable[[], int] = time.time_ns) -> None:
        """Know nothing before the first refresh. `clock_ns` gives epoch nanoseconds."""
        self._source = source
        self._clock_ns = clock_ns
        self._tokens: Mapping[str, Token] = MappingProxyType({})
        self._log = get_logger(__name__)

    def refresh(self) -> None:
        """Read the source again; blocks. Raises what its source raises: what was known then stays so."""
        self._tokens = MappingProxyType({token.id: token for token in self._source.all()})

    def try_refresh(self) -> None:
        """Read the source again; where that fails, log it and go on with what is known."""
        try:
            self.refresh()
        except Exception as error:  # whatever its source is: callers who were known stay so
            self._log.warning("tokens_not_refreshed", where=self._source.where, error=str(error))

    def holder(self, text: str) -> Principal | None:
        """Return who shows a token's text; None where it is no token's, or one that is refused."""
        token = self._tokens.get(id_in(text) or "")
        if not is_text_of(text, token) or token is None or not token.is_valid(self._clock_ns()):
            return None
        return token.principal

    def holds(self, principal: Principal) -> bool:
        """Tell whether the token that a caller once showed is accepted still."""
        token = self._tokens.get(principal.token_id)
        return token is not None and token.is_valid(self._clock_ns())
