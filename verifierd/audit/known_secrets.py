"""Rules for secrets that are known by their form: keys, tokens, passwords in addresses."""

from __future__ import annotations

from verifierd.audit.redaction import MARK, Rule

_END_OF_KEY = r"-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
_NAMED_KEY = r"(?i)\b((?:aws_?)?(?:secret_?(?:access_?)?key|session_?token)[\"']?\s{0,4}[:=]\s{0,4}[\"']?)"
_ADDRESS = r"\b([a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']{0,64}:)"

KNOWN_SECRETS = (
    # A private key as PEM or OpenPGP; one that is cut off as well, as far as it looks like a key.
    Rule(
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:[A-Za-z0-9+/=\s\\,:.]|-[A-Za-z0-9])*(?:{_END_OF_KEY})?",
        "[redacted private key]",
    ),
    # Ids of AWS' access keys, and what is called a secret access key or a session token.
    Rule(r"(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    Rule(rf"{_NAMED_KEY}[A-Za-z0-9/+=]{{20,}}", rf"\1{MARK}"),
    # What an Authorization header holds.
    Rule(r"(?i)\b(bearer|basic)(\s{1,4})[A-Za-z0-9._~+/=-]{16,}", rf"\1\2{MARK}"),
    # JSON Web Tokens.
    Rule(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+"),
    # Tokens by the prefix that their maker gave them, so that they can be found: GitHub, GitLab, Slack,
    # Google, Stripe, OpenAI and Anthropic, Hugging Face, PyPI, npm.
    Rule(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}|glpat-[A-Za-z0-9_-]{20,})"),
    Rule(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    Rule(r"\bAIza[A-Za-z0-9_-]{35}"),
    Rule(r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|\bsk-[A-Za-z0-9_-]{20,}"),
    Rule(r"\b(?:hf_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{40,}|npm_[A-Za-z0-9]{36,})"),
    # A user's password in an address.
    Rule(rf"{_ADDRESS}[^\s/@\"']{{1,256}}@", rf"\1{MARK}@"),
)

# What these begin with, at the end of an output that was cut there. A private key needs none of its own.
CUT_SECRETS = (
    Rule(r"(?:AKIA|ASIA)[A-Z0-9]{4,}\z"),
    Rule(rf"{_NAMED_KEY}[A-Za-z0-9/+=]{{4,}}\z", rf"\1{MARK}"),
    Rule(r"(?i)\b(bearer|basic)(\s{1,4})[A-Za-z0-9._~+/=-]{8,}\z", rf"\1\2{MARK}"),
    Rule(r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,2}\z"),
    Rule(
        r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|AIza|[sr]k_(?:live|test)_|sk-|hf_|pypi-|npm_)"
        r"[A-Za-z0-9_-]{4,}\z"
    ),
    Rule(rf"{_ADDRESS}[^\s/@\"']{{1,256}}\z", rf"\1{MARK}"),
)
