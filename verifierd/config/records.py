"""The section `audit` as what the store takes. Apart from `convert`: its libraries load slowly."""

from __future__ import annotations

from verifierd.audit.known_secrets import CUT_SECRETS, KNOWN_SECRETS
from verifierd.audit.redaction import Redactor, Rule
from verifierd.audit.retention import Bounds
from verifierd.audit.store import StoreSettings
from verifierd.config.settings import Settings


def store_settings(settings: Settings) -> StoreSettings | None:
    """Return where the audit store is; None where no records are kept."""
    section = settings.audit
    return StoreSettings(section.database, section.blobs) if section.database else None


def retention_bounds(settings: Settings) -> Bounds:
    """Return what of the store is kept."""
    section = settings.audit
    return Bounds(section.keep_days or None, section.keep_gib or None)


def redactor(settings: Settings) -> Redactor:
    """Return what entries go through before they are stored."""
    section = settings.audit
    rules = [Rule(each.pattern, each.replacement) for each in section.redact]
    if not section.redact_known_secrets:
        return Redactor(rules)
    return Redactor([*rules, *KNOWN_SECRETS], at_cuts=CUT_SECRETS)
