"""The settings of who may call: TLS, tokens, certificates, and what each tenant may use."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from verifierd.config.section import Amount, Folder, Section, Text
from verifierd.identity.principals import TENANT_FORM, is_tenant

ScopeName = Literal["submit", "read", "admin"]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
RefreshSeconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]


def _named(tenant: str) -> str:
    if not is_tenant(tenant):
        raise ValueError(f"no name of a tenant: {TENANT_FORM}")
    return tenant


class TlsSection(Section):
    """TLS for gRPC."""

    certificate_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/tls/server.pem"],
        description="The server's certificate and those that lead to its signer, as PEM. It is read again "
        "when it changes. Unset: nothing is encrypted.",
    )
    key_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/tls/server.key"],
        description="The private key of it, as PEM without a password.",
    )
    client_ca_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/tls/clients.pem"],
        description="Who signs callers' certificates, as PEM: a caller without one is not let in (mTLS). "
        "Unset: callers need none.",
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file need each other: set both, or none")
        if self.client_ca_file is not None and self.certificate_file is None:
            raise ValueError(
                "client_ca_file needs certificate_file and key_file: without TLS nobody shows one"
            )
        return self


class CertificateRule(Section):
    """Whom a name in a caller's certificate stands for."""

    name: Text
    tenant: Text
    scopes: tuple[ScopeName, ...] = ("submit", "read")

    _tenant = field_validator("tenant")(_named)


class IdentitySection(Section):
    """Who may call, and how the server knows."""

    required: bool = Field(
        default=False,
        description="Serve only callers who show a token or a certificate that is known. Not required, "
        "anybody who reaches the address may do anything: so it must be on loopback or a socket file.",
    )
    token_file: Folder | None = Field(
        default=None,
        examples=["/var/lib/verifierd/tokens.json"],
        description="Where hashes of tokens are kept. Unset: in the database of audit.database, so that all "
        "front ends that share it know the same ones. `verifierd token create` makes tokens.",
    )
    refresh_seconds: RefreshSeconds = Field(
        default=2.0,
        description="Seconds after which a revoked token is refused at the latest. A new one counts when it "
        "is first shown; where many wrong ones are shown just then, after so long.",
    )
    certificates: tuple[CertificateRule, ...] = Field(
        default=(),
        description="Callers who are known by their certificate (tls.client_ca_file): tables with a name in "
        'it, a tenant and scopes, such as {name = "CN=alice", tenant = "a", scopes = ["submit", "read"]}. '
        "The name is a URI, a DNS name, or CN= and the common name.",
    )
    insecure: bool = Field(
        default=False,
        description="Allow an address that others can reach without TLS, or without `required`. Whoever "
        "listens on the network then reads tokens and programs, or may run anything in the sandboxes.",
    )

    @field_validator("certificates")
    @classmethod
    def _names_differ(cls, value: tuple[CertificateRule, ...]) -> tuple[CertificateRule, ...]:
        names = [rule.name for rule in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the name {twice[0]!r} stands for two callers")
        return value


class TenantQuota(Section):
    """What one tenant may use, where that is not what the others may."""

    tenant: Text
    requests_per_second: Rate | None = None
    concurrent_calls: Amount | None = None
    concurrent_candidates: Amount | None = None
    cpu_seconds_per_day: Rate | None = None
    stored_problem_bytes: Amount | None = None

    _tenant = field_validator("tenant")(_named)


class QuotasSection(Section):
    """What each tenant may use; more is RESOURCE_EXHAUSTED, with the time to retry after."""

    requests_per_second: Rate = Field(
        default=0.0, description="Calls begun a second, for each tenant. 0: any number, as below."
    )
    concurrent_calls: Amount = Field(
        default=0, description="Calls open at a time, for each tenant and front end."
    )
    concurrent_candidates: Amount = Field(
        default=0,
        description="Candidates taken in and not yet judged, for each tenant, those of durable batches "
        "included. An open batch beyond it is read later; a closed one is refused.",
    )
    cpu_seconds_per_day: Rate = Field(
        default=0.0,
        description="CPU seconds of each tenant's candidates in a day of UTC, over all front ends that share "
        "a database. What has begun goes on to its end.",
    )
    stored_problem_bytes: Amount = Field(
        default=0, description="Bytes of each tenant's problems kept for PutProblem; its longest unused go."
    )
    tenants: tuple[TenantQuota, ...] = Field(
        default=(),
        description="Tenants with quotas of their own: tables with a tenant and any of the keys above, such "
        'as {tenant = "a", cpu_seconds_per_day = 86400}.',
    )

    @field_validator("tenants")
    @classmethod
    def _tenants_differ(cls, value: tuple[TenantQuota, ...]) -> tuple[TenantQuota, ...]:
        names = [each.tenant for each in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"tenant {twice[0]!r} has two quotas")
        return value
