"""Who may come in, from the settings: and whether that is safe where the server listens."""

from __future__ import annotations

import ipaddress

from verifierd.config.load import ConfigError
from verifierd.config.settings import Settings
from verifierd.identity.principals import Scope
from verifierd.identity.quotas import Quota, Quotas
from verifierd.identity.recognition import CertificateHolder

QUOTA_KEYS = (
    "requests_per_second",
    "concurrent_calls",
    "concurrent_candidates",
    "cpu_seconds_per_day",
    "stored_problem_bytes",
)


def quotas_of(settings: Settings) -> Quotas:
    """Return what each tenant may use."""
    section = settings.quotas
    usual = {key: getattr(section, key) for key in QUOTA_KEYS}
    return Quotas(
        Quota(**usual),
        {
            own.tenant: Quota(
                **usual | {key: given for key in QUOTA_KEYS if (given := getattr(own, key)) is not None}
            )
            for own in section.tenants
        },
    )


def certificate_holders(settings: Settings) -> dict[str, CertificateHolder]:
    """Return whom names in callers' certificates stand for."""
    return {
        rule.name: CertificateHolder(rule.tenant, frozenset(map(Scope, rule.scopes)))
        for rule in settings.identity.certificates
    }


def check_exposure(settings: Settings) -> None:
    """Refuse settings by which somebody else could use the sandboxes, or read what is sent.

    Raises:
        ConfigError: the address can be reached from elsewhere without TLS or without identities, or there is
            no place where a token could be.
    """
    listen, identity, tls = settings.server.listen, settings.identity, settings.tls
    if identity.certificates and tls.client_ca_file is None:
        raise ConfigError(
            "identity.certificates needs tls.client_ca_file: without it no caller shows a certificate"
        )
    is_known_otherwise = bool(identity.certificates)
    if identity.required and not (identity.token_file or settings.audit.database or is_known_otherwise):
        raise ConfigError(
            "identity.required is set, and there is nobody to be known: set identity.token_file or "
            "audit.database, where `verifierd token create` keeps tokens, or identity.certificates"
        )
    if identity.insecure or not is_reachable(listen):
        return
    missing = [
        *([] if identity.required else ["`identity.required = true` (callers must show a token)"]),
        *(
            []
            if tls.certificate_file
            else ["`tls.certificate_file` and `tls.key_file` (or anybody reads it)"]
        ),
    ]
    if missing:
        raise ConfigError(
            f"server.listen is {listen}, which others can reach: set {' and '.join(missing)}; or listen on "
            "127.0.0.1 or unix:PATH; or set `identity.insecure = true` where something else keeps others out"
        )


def is_reachable(listen: str) -> bool:
    """Tell whether another machine may reach an address: HOST:PORT or unix:PATH."""
    if listen.startswith("unix:"):
        return False
    host = listen.rpartition(":")[0].strip("[]")
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
