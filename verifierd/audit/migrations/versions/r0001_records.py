"""The first tables: the chain of records, what they are found by, and the words they are searched by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("request_id", sa.String(length=256), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("tenant", sa.String(length=128), nullable=False),
        sa.Column("requested_by", sa.String(length=256), nullable=False),
        sa.Column("trace_id", sa.String(length=32), nullable=False),
        sa.Column("is_durable", sa.Boolean(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("problem_id", sa.String(length=256), nullable=False),
        sa.Column("problem_sha256", sa.String(length=64), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("candidates_total", NUMBER, nullable=False),
        sa.Column("candidates_finished", NUMBER, nullable=False),
        sa.Column("verdict_counts", sa.JSON(), nullable=False),
        sa.Column("submitted_at_ns", NUMBER, nullable=False),
        sa.Column("deadline_at_ns", NUMBER, nullable=True),
        sa.Column("started_at_ns", NUMBER, nullable=True),
        sa.Column("ended_at_ns", NUMBER, nullable=True),
        sa.Column("stop_reason", sa.String(length=32), nullable=True),
        sa.Column("money_usd", sa.Float(), nullable=True),
        sa.Column("cpu_time_ns", NUMBER, nullable=True),
        sa.Column("request_blob", sa.String(length=64), nullable=True),
        sa.Column("problem_blob", sa.String(length=64), nullable=True),
        sa.Column("last_event_sequence", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sequence"),
    )
    op.create_index("batches_by_problem", "batches", ["problem_id", "submitted_at_ns", "id"], unique=False)
    op.create_index("batches_by_problem_blob", "batches", ["problem_blob"], unique=False)
    op.create_index("batches_by_request", "batches", ["request_blob"], unique=False)
    op.create_index("batches_by_state", "batches", ["state", "submitted_at_ns", "id"], unique=False)
    op.create_index("batches_by_time", "batches", ["submitted_at_ns", "id"], unique=False)
    op.create_index(
        "durable_requests",
        "batches",
        ["tenant", "request_id"],
        unique=True,
        sqlite_where=sa.text("is_durable"),
        postgresql_where=sa.text("is_durable"),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", NUMBER, nullable=False),
        sa.Column("stored_bytes", NUMBER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("stored_at_ns", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "candidates",
        sa.Column("sequence", NUMBER, autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.String(length=128), nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("candidate_id", sa.String(length=256), nullable=False),
        sa.Column("event_sequence", NUMBER, nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("program_sha256", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("duplicate_of", sa.String(length=256), nullable=False),
        sa.Column("tests_passed", sa.Integer(), nullable=False),
        sa.Column("tests_total", sa.Integer(), nullable=False),
        sa.Column("cpu_time_ns", NUMBER, nullable=False),
        sa.Column("wall_time_ns", NUMBER, nullable=False),
        sa.Column("peak_memory_bytes", NUMBER, nullable=False),
        sa.Column("money_usd", sa.Float(), nullable=False),
        sa.Column("source_blob", sa.String(length=64), nullable=False),
        sa.Column("outputs_blob", sa.String(length=64), nullable=True),
        sa.Column("recorded_at_ns", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("candidates_by_id", "candidates", ["candidate_id", "batch_id"], unique=False)
    op.create_index("candidates_by_outputs", "candidates", ["outputs_blob"], unique=False)
    op.create_index("candidates_by_program", "candidates", ["program_sha256"], unique=False)
    op.create_index("candidates_by_source", "candidates", ["source_blob"], unique=False)
    op.create_index("candidates_of_batch", "candidates", ["batch_id", "position"], unique=True)
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "executions",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.String(length=128), nullable=False),
        sa.Column("problem_id", sa.String(length=256), nullable=False),
        sa.Column("candidate_id", sa.String(length=256), nullable=False),
        sa.Column("test_id", sa.String(length=256), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("cpu_time_ns", NUMBER, nullable=False),
        sa.Column("wall_time_ns", NUMBER, nullable=False),
        sa.Column("peak_memory_bytes", NUMBER, nullable=False),
        sa.Column("queued_ns", NUMBER, nullable=False),
        sa.Column("worker_id", sa.String(length=256), nullable=False),
        sa.Column("sandbox_id", sa.String(length=128), nullable=False),
        sa.Column("backend", sa.String(length=64), nullable=False),
        sa.Column("recorded_at_ns", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("executions_by_candidate", "executions", ["candidate_id", "id"], unique=False)
    op.create_index("executions_by_problem", "executions", ["problem_id", "id"], unique=False)
    op.create_index("executions_by_sandbox", "executions", ["sandbox_id", "id"], unique=False)
    op.create_index("executions_by_verdict", "executions", ["verdict", "id"], unique=False)
    op.create_index("executions_by_worker", "executions", ["worker_id", "id"], unique=False)
    op.create_index("executions_of_batch", "executions", ["batch_id", "id"], unique=False)
    op.create_table(
        "records",
        sa.Column("sequence", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=128), nullable=False),
        sa.Column("recorded_at_ns", NUMBER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index("records_of_batch", "records", ["batch_id", "sequence"], unique=False)
    # ### end Alembic commands ###
    op.execute(
        sa.table("chain_head", sa.column("id"), sa.column("sequence"), sa.column("hash", sa.LargeBinary))
        .insert()
        .values(id=1, sequence=0, hash=bytes(32))
    )
    _make_search_index()


def _make_search_index() -> None:
    op.create_table(
        "candidate_words",
        sa.Column("sequence", NUMBER, autoincrement=False, nullable=False),
        sa.Column("words", sa.LargeBinary().with_variant(TSVECTOR, "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("candidate_words_index", "candidate_words", ["words"], postgresql_using="gin")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE candidate_words_fts USING fts5(words, content='', detail='none', "
            "tokenize=\"ascii tokenchars '_'\")"
        )
