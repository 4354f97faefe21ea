"""The settings of the audit store: where it is, what it keeps how long, and how it is sealed."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from verifierd.audit.redaction import MARK, Redactor, Rule
from verifierd.audit.wrong_input import BadRule
from verifierd.config.section import Amount, Folder, Seconds, Section, Text

Gib = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SecondsOrNever = Annotated[float, Field(ge=0, le=366 * 86_400, allow_inf_nan=False)]


class RedactionRule(Section):
    """What is looked for in outputs and details, and what takes its place."""

    pattern: Text
    replacement: Text = MARK


class AuditSection(Section):
    """The store of what was asked, what ran and what came of it."""

    database: Text = Field(
        default="",
        description="Where records are kept: the path of an SQLite file, which is made where there is none, "
        "or postgresql://USER:PASSWORD@HOST/DATABASE (`pip install 'verifierd[postgresql]'`). Empty: no "
        "records are kept, and durable batches are refused.",
    )
    blobs: Text = Field(
        default="",
        description="Where large programs and outputs are kept: a folder, s3://BUCKET/PREFIX (`pip install "
        "'verifierd[s3]'`; credentials and region come from AWS's own variables and files, "
        "AWS_ENDPOINT_URL_S3 names another server such as MinIO), or another URL that fsspec knows. Empty: "
        "the folder DATABASE.blobs beside the SQLite file; PostgreSQL needs one.",
    )
    keep_days: Amount = Field(
        default=0,
        description="Days that a batch is kept after its end; the daemon removes older ones, and so does "
        "`verifierd audit retain`. 0: for ever.",
    )
    keep_gib: Gib = Field(
        default=0.0,
        description="GiB that all batches may take together; the daemon removes the oldest ones beyond it, "
        "and so does `verifierd audit retain`. 0: whatever they take.",
    )
    retain_seconds: SecondsOrNever = Field(
        default=3600.0,
        description="Seconds, more or less, between two times that the daemon removes what keep_days and "
        "keep_gib do not keep; the first is soon after its start. 0: never, only "
        "`verifierd audit retain` does.",
    )
    checkpoint_file: Folder | None = Field(
        default=None,
        examples=["/var/lib/verifierd-checkpoints/audit.jsonl"],
        description="File that signed checkpoints are appended to. Keep it where nobody who can write to the "
        "store can write. Unset: none are made, and who can write to the store can write its past anew.",
    )
    checkpoint_key_file: Folder | None = Field(
        default=None,
        examples=["/etc/verifierd/audit.key"],
        description="The key that they are signed with: `verifierd audit keygen` makes one.",
    )
    checkpoint_seconds: Seconds = Field(
        default=60.0, description="Seconds between two checkpoints, where there are new records."
    )
    redact: tuple[RedactionRule, ...] = Field(
        default=(),
        description="What is blackened in outputs and details before they are stored, and there only: tables "
        'with a pattern in the syntax of RE2 and a replacement ("[redacted]" if not given), such as '
        '{pattern = "user=(\\\\w+)", replacement = "user=?"}.',
    )
    redact_known_secrets: bool = Field(
        default=False,
        description="Blacken private keys, access keys, tokens and passwords in addresses as well: what is "
        "known by its form.",
    )

    @field_validator("redact")
    @classmethod
    def _are_rules(cls, value: tuple[RedactionRule, ...]) -> tuple[RedactionRule, ...]:
        try:
            Redactor(Rule(each.pattern, each.replacement) for each in value)
        except BadRule as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _checkpoints_are_signed(self) -> Self:
        if (self.checkpoint_file is None) != (self.checkpoint_key_file is None):
            raise ValueError("checkpoint_file and checkpoint_key_file need each other: set both, or none")
        return self
