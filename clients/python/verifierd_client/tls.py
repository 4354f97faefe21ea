"""How the server is known, and how it knows the client, where TLS is spoken."""

from __future__ import annotations

from dataclasses import dataclass, field

import grpc


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS towards the server, or towards a proxy before it; all of it PEM.

    Attributes:
        root_certificates: who may have signed the server's certificate; None: whom gRPC trusts by default.
        certificate: the client's own chain, where the server asks for one; with its `key`.
        key: the private key of `certificate`.
        server_name: the name in the server's certificate, where it is another one than the address says.
    """

    root_certificates: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    server_name: str | None = None

    def __post_init__(self) -> None:
        """Check that a certificate comes with its key. Raises ValueError."""
        if (self.certificate is None) != (self.key is None):
            missing = "key" if self.key is None else "certificate"
            raise ValueError(f"Tls.{missing} is missing: a client's certificate and its key go together")

    def channel(self, address: str, options: list[tuple[str, int]]) -> grpc.Channel:
        """Return a channel that speaks TLS; nothing is opened yet."""
        credentials = grpc.ssl_channel_credentials(self.root_certificates, self.key, self.certificate)
        named: list[tuple[str, int | str]] = [*options]
        if self.server_name is not None:
            named.append(("grpc.ssl_target_name_override", self.server_name))
        return grpc.secure_channel(address, credentials, options=named)
