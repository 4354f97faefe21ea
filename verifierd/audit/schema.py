"""The tables. `records` is the chain; all others but `blobs`, `tokens` and `usage` are made from it.

A record's body is JSON, compressed by zstd, and its hash is SHA-256 over its predecessor's hash, its sequence
number, its kind and the JSON. What a table has beside it says nothing that the body does not say.
"""

from __future__ import annotations

import sqlalchemy as sa

from verifierd.audit.columns import Bytes

SCHEMA_VERSION = "0003"
"""The newest revision among `migrations/versions`: what these tables are."""

MAX_NUMBER = (1 << 63) - 1
"""The largest number that a column holds."""

METADATA = sa.MetaData()
# SQLite numbers rows by 64-bit integers of its own accord, and by no other name than INTEGER.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

CHAIN_HEAD = sa.Table(
    "chain_head",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),  # 1: there is one row
    sa.Column("sequence", Number, nullable=False),  # of the newest record; 0: there is none
    sa.Column("hash", Bytes, nullable=False),
)

RECORDS = sa.Table(
    "records",
    METADATA,
    sa.Column("sequence", Number, primary_key=True, autoincrement=False),  # from 1, without gaps
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("batch_id", sa.String(128), nullable=False),  # empty where it is of no batch
    sa.Column("recorded_at_ns", Number, nullable=False),
    sa.Column("body", Bytes, nullable=False),
    sa.Column("previous_hash", Bytes, nullable=False),
    sa.Column("hash", Bytes, nullable=False),
    sa.Index("records_of_batch", "batch_id", "sequence"),
)

BATCHES = sa.Table(
    "batches",
    METADATA,
    sa.Column("id", sa.String(128), primary_key=True),
    sa.Column("sequence", Number, nullable=False, unique=True),  # of the record that it began with
    sa.Column("request_id", sa.String(256), nullable=False),
    sa.Column("request_sha256", sa.String(64), nullable=False),
    sa.Column("tenant", sa.String(128), nullable=False),
    sa.Column("requested_by", sa.String(256), nullable=False),
    sa.Column("trace_id", sa.String(32), nullable=False),
    sa.Column("is_durable", sa.Boolean, nullable=False),
    sa.Column("is_held", sa.Boolean, nullable=False, default=False),
    sa.Column("state", sa.String(16), nullable=False),  # queued, running, finished, abandoned
    sa.Column("cancel_reason", sa.Text),  # set: its end was asked for
    sa.Column("problem_id", sa.String(256), nullable=False),
    sa.Column("problem_sha256", sa.String(64), nullable=False),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("candidates_total", Number, nullable=False),
    sa.Column("candidates_finished", Number, nullable=False, default=0),
    sa.Column("verdict_counts", sa.JSON, nullable=False),  # by name
    sa.Column("submitted_at_ns", Number, nullable=False),
    sa.Column("deadline_at_ns", Number),
    sa.Column("started_at_ns", Number),
    sa.Column("ended_at_ns", Number),
    sa.Column("stop_reason", sa.String(32)),
    sa.Column("money_usd", sa.Float),
    sa.Column("cpu_time_ns", Number),
    sa.Column("request_blob", sa.String(64)),  # while a durable batch is not finished
    sa.Column("problem_blob", sa.String(64)),  # the problem's message
    sa.Column("last_event_sequence", Number, nullable=False, default=0),
    # The daemon that runs it. The default is for daemons of version 0001 that write beside newer ones.
    sa.Column("front_end", sa.String(128), nullable=False, server_default=""),
    sa.Index("batches_by_time", "submitted_at_ns", "id"),
    sa.Index("batches_by_problem", "problem_id", "submitted_at_ns", "id"),
    sa.Index("batches_by_state", "state", "submitted_at_ns", "id"),
    sa.Index("batches_by_request", "request_blob"),
    sa.Index("batches_by_problem_blob", "problem_blob"),
    # A request id names one durable batch of its tenant.
    sa.Index(
        "durable_requests",
        "tenant",
        "request_id",
        unique=True,
        sqlite_where=sa.text("is_durable"),
        postgresql_where=sa.text("is_durable"),
    ),
)

CANDIDATES = sa.Table(
    "candidates",
    METADATA,
    sa.Column("sequence", Number, primary_key=True, autoincrement=False),  # of its record
    sa.Column("batch_id", sa.String(128), nullable=False),
    sa.Column("position", Number, nullable=False),
    sa.Column("candidate_id", sa.String(256), nullable=False),
    sa.Column("event_sequence", Number, nullable=False),
    sa.Column("language", sa.String(32), nullable=False),
    sa.Column("program_sha256", sa.String(64), nullable=False),
    sa.Column("verdict", sa.String(32), nullable=False),
    sa.Column("duplicate_of", sa.String(256), nullable=False),
    sa.Column("tests_passed", sa.Integer, nullable=False),
    sa.Column("tests_total", sa.Integer, nullable=False),
    sa.Column("cpu_time_ns", Number, nullable=False),
    sa.Column("wall_time_ns", Number, nullable=False),
    sa.Column("peak_memory_bytes", Number, nullable=False),
    sa.Column("money_usd", sa.Float, nullable=False),
    sa.Column("source_blob", sa.String(64), nullable=False),
    sa.Column("outputs_blob", sa.String(64)),  # of all its executions together; null where there are none
    sa.Column("recorded_at_ns", Number, nullable=False),
    # The first verdict of a candidate is its verdict.
    sa.Index("candidates_of_batch", "batch_id", "position", unique=True),
    sa.Index("candidates_by_id", "candidate_id", "batch_id"),
    sa.Index("candidates_by_program", "program_sha256"),
    sa.Index("candidates_by_source", "source_blob"),
    sa.Index("candidates_by_outputs", "outputs_blob"),
)

EXECUTIONS = sa.Table(
    "executions",
    METADATA,
    # Of its candidate's record times 2**20, and its place among that one's executions: so it orders them all.
    sa.Column("id", Number, primary_key=True, autoincrement=False),
    sa.Column("batch_id", sa.String(128), nullable=False),
    sa.Column("problem_id", sa.String(256), nullable=False),
    sa.Column("candidate_id", sa.String(256), nullable=False),
    sa.Column("test_id", sa.String(256), nullable=False),
    sa.Column("language", sa.String(32), nullable=False),
    sa.Column("verdict", sa.String(32), nullable=False),
    sa.Column("cpu_time_ns", Number, nullable=False),
    sa.Column("wall_time_ns", Number, nullable=False),
    sa.Column("peak_memory_bytes", Number, nullable=False),
    sa.Column("queued_ns", Number, nullable=False),  # how long it waited
    sa.Column("worker_id", sa.String(256), nullable=False),
    sa.Column("sandbox_id", sa.String(128), nullable=False),
    sa.Column("backend", sa.String(64), nullable=False),
    sa.Column("recorded_at_ns", Number, nullable=False),
    sa.Index("executions_of_batch", "batch_id", "id"),
    sa.Index("executions_by_problem", "problem_id", "id"),
    sa.Index("executions_by_candidate", "candidate_id", "id"),
    sa.Index("executions_by_verdict", "verdict", "id"),
    sa.Index("executions_by_sandbox", "sandbox_id", "id"),
    sa.Index("executions_by_worker", "worker_id", "id"),
)

BLOBS = sa.Table(
    "blobs",
    METADATA,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the bytes before compression
    sa.Column("size_bytes", Number, nullable=False),
    sa.Column("stored_bytes", Number, nullable=False),
    # Small ones lie here, and so are committed with the records that name them; null: in the blob folder.
    sa.Column("content", Bytes),
    sa.Column("stored_at_ns", Number, nullable=False),
)

TOKENS = sa.Table(
    "tokens",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("tenant", sa.String(128), nullable=False),
    sa.Column("scopes", sa.String(64), nullable=False),  # by name, with commas between them
    sa.Column("sha256", Bytes, nullable=False),  # of the secret part
    sa.Column("created_at_ns", Number, nullable=False),
    sa.Column("expires_at_ns", Number),
    sa.Column("revoked_at_ns", Number),
    sa.Column("note", sa.String(256), nullable=False),
)

# What each tenant used, over all front ends: what its quota of a day is held against.
USAGE = sa.Table(
    "usage",
    METADATA,
    sa.Column("tenant", sa.String(128), primary_key=True),
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),  # of UTC, since 1970
    sa.Column("cpu_time_ns", Number, nullable=False),
)

EXECUTIONS_OF_A_RECORD = 1 << 20
