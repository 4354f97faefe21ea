"""Who a caller is, by the token that it shows or the certificate that its connection has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifierd.errors import Unauthenticated
from verifierd.identity.cpu_time import CpuTime
from verifierd.identity.metering import Metering
from verifierd.identity.principals import Principal, Scope
from verifierd.identity.quotas import Quotas
from verifierd.identity.shelf import TokenBook
from verifierd.identity.tokens import id_in

SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class CertificateHolder:
    """Whom a certificate's name stands for."""

    tenant: str
    scopes: frozenset[Scope]


async def _nowhere() -> None:
    """Look nowhere."""


class Recognition:
    """Knows callers. A token that is shown decides alone, so that a wrong one is never passed over."""

    def __init__(
        self,
        book: TokenBook,
        holders: Mapping[str, CertificateHolder],
        look: Callable[[], Awaitable[None]] = _nowhere,
    ) -> None:
        """`holders` are those whom names in certificates stand for: `CN=name`, a DNS name or a URI.

        `look` has the book read again before a token is refused: it may have been made a moment ago.
        """
        self._book = book
        self._holders = dict(holders)
        self._look = look

    async def caller(self, authorization: Sequence[str], certificate_names: Iterable[str]) -> Principal:
        """Return who shows these values of `authorization` over a connection with such a certificate.

        The names are those of a certificate that was verified.

        Raises:
            Unauthenticated: nobody that is known.
        """
        if authorization:
            return await self._by_token(authorization)
        for name in certificate_names:
            if (holder := self._holders.get(name)) is not None:
                return Principal(holder.tenant, holder.scopes, f"certificate {name}")
        raise Unauthenticated("this call shows no token")

    def knows_still(self, principal: Principal) -> bool:
        """Tell whether a caller that was known may go on: a token may expire, or be revoked."""
        return not principal.token_id or self._book.holds(principal)

    async def _by_token(self, authorization: Sequence[str]) -> Principal:
        scheme, _, token = authorization[0].partition(" ")
        if len(authorization) > 1 or scheme.lower() != SCHEME or not token:
            raise Unauthenticated("`authorization` is not of the form `Bearer TOKEN`")
        holder = self._book.holder(token := token.strip())
        if holder is None and id_in(token):
            await self._look()
            holder = self._book.holder(token)
        if holder is None:
            # Which of these it is, is nothing for somebody who guesses.
            raise Unauthenticated("the token is unknown, expired or revoked")
        return holder


@dataclass(frozen=True, slots=True)
class Identity:
    """What a server knows of its callers: who they are, and what they use.

    `recognition` of None: it asks nobody who they are, and anybody may do anything.
    """

    metering: Metering
    recognition: Recognition | None = None

    def knows_still(self, principal: Principal) -> bool:
        """Tell whether a caller that was known may go on."""
        return self.recognition is None or self.recognition.knows_still(principal)


def open_to_all() -> Identity:
    """Return what a server knows that asks nobody and bounds nobody."""
    return Identity(Metering(Quotas(), CpuTime()))
