"""Who may come in, by the settings: nothing is open to others by mistake."""

from __future__ import annotations

from typing import Any

import pytest

from verifierd.config import ConfigError, Settings
from verifierd.config.door import certificate_holders, check_exposure, is_reachable, quotas_of
from verifierd.config.identity import IdentitySection, QuotasSection, TlsSection
from verifierd.identity.principals import Scope
from verifierd.identity.quotas import Quota

TLS: Any = {"certificate_file": "c.pem", "key_file": "k.pem"}
KNOWN: Any = {"required": True, "token_file": "t.json"}


def settings(listen: str = "127.0.0.1:1", **tables: Any) -> Settings:
    return Settings(server={"listen": listen}, **tables)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:1", "127.1.2.3:1", "localhost:1", "[::1]:1", "unix:/run/a.sock", "unix:a.sock"]
)
def test_on_this_machine_alone_nothing_is_asked(listen: str) -> None:
    assert not is_reachable(listen)
    check_exposure(settings(listen))


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:1", "[::]:1", "10.0.0.7:1", "host.example:1", "localhost.evil:1"]
)
@pytest.mark.parametrize(
    ("tables", "missing"),
    [
        ({}, "identity.required = true.* and .tls.certificate_file"),
        ({"tls": TLS}, "identity.required"),
        ({"identity": KNOWN}, "tls.certificate_file"),
    ],
)
def test_what_others_can_reach_needs_tls_and_identities(
    listen: str, tables: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ConfigError, match=missing) as refused:
        check_exposure(settings(listen, **tables))
    assert listen in str(refused.value)
    assert "identity.insecure = true" in str(refused.value)


def test_both_of_them_or_an_explicit_word_are_enough() -> None:
    check_exposure(settings("0.0.0.0:1", tls=TLS, identity=KNOWN))
    check_exposure(settings("0.0.0.0:1", identity={"insecure": True}))


def test_identities_need_a_place_where_they_are_kept() -> None:
    with pytest.raises(ConfigError, match="nobody to be known"):
        check_exposure(settings(identity={"required": True}))
    check_exposure(settings(identity={"required": True}, audit={"database": "audit.db"}))


RULE = {"name": "CN=alice", "tenant": "a", "scopes": ["read"]}


def test_certificates_need_someone_who_signs_them() -> None:
    with pytest.raises(ConfigError, match=r"tls\.client_ca_file"):
        check_exposure(settings(identity={"required": True, "certificates": [RULE]}))
    known = settings(
        "0.0.0.0:1",
        tls=TLS | {"client_ca_file": "ca.pem"},
        identity={"required": True, "certificates": [RULE]},
    )
    check_exposure(known)
    assert certificate_holders(known)["CN=alice"].scopes == {Scope.READ}


@pytest.mark.parametrize(
    ("section", "values", "words"),
    [
        (TlsSection, {"certificate_file": "c"}, "need each other"),
        (TlsSection, {"key_file": "k"}, "need each other"),
        (TlsSection, {"client_ca_file": "ca"}, "needs certificate_file"),
        (IdentitySection, {"certificates": [RULE, RULE]}, "stands for two"),
        (IdentitySection, {"certificates": [RULE | {"tenant": "a b"}]}, "no name of a tenant"),
        (IdentitySection, {"certificates": [RULE | {"scopes": ["all"]}]}, "submit"),
        (QuotasSection, {"tenants": [{"tenant": "a"}, {"tenant": "a"}]}, "two quotas"),
        (QuotasSection, {"tenants": [{"tenant": ""}]}, "no name of a tenant"),
        (QuotasSection, {"requests_per_second": -1}, "greater than or equal to 0"),
        (QuotasSection, {"tenants": [{"tenant": "a", "requests_per_secnd": 1}]}, "not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(section: Any, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        section(**values)


def test_a_tenant_s_own_quota_is_the_usual_one_but_for_what_it_names() -> None:
    quotas = quotas_of(
        settings(
            quotas={
                "requests_per_second": 5,
                "concurrent_calls": 7,
                "tenants": [{"tenant": "a", "requests_per_second": 0, "cpu_seconds_per_day": 60}],
            }
        )
    )
    assert quotas.of("b") == Quota(requests_per_second=5, concurrent_calls=7)
    assert quotas.of("a") == Quota(concurrent_calls=7, cpu_seconds_per_day=60)
    assert quotas.bound_cpu_time
