"""Structured logs on standard error: one JSON object a line, with UTC times and the ids of the work."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

# A token of `verifierd token create`, whole or cut off, and what any Authorization header holds.
_TOKEN = re.compile(r"(vfd_[0-9a-f]{12}_|(?i:bearer) )[A-Za-z0-9._~+/=-]{8,}")
Level = Literal["debug", "info", "warning", "error"]
Format = Literal["json", "console"]

# They tell every step, botocore whole requests: programs and outputs, which are nothing for a log.
_TALKATIVE = ("aiobotocore", "alembic", "botocore", "fsspec", "s3fs")


def configure(level: Level = "info", form: Format = "json", stream: TextIO | None = None) -> None:
    """Send all log events of `level` and above to `stream` (None: standard error) as `form`.

    Events of the standard library's loggers, such as grpc's, come out in the same form.
    """
    out = stream if stream is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[Processor] = (
        [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=True),
            blacken_tokens,
        ]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
            blacken_tokens,
        ]
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def blacken_tokens(_logger: object, _method: str, line: Any) -> str:
    """Blacken what is secret of a bearer token in a written line, whoever put it there; its id stays."""
    return _TOKEN.sub(r"\1[redacted]", line)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module. Events are short past-tense phrases; facts go in as keywords."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger


def bound_trace_id() -> str:
    """Return the trace id that events are logged with here; empty: none."""
    return str(structlog.contextvars.get_contextvars().get("trace_id", ""))


@contextmanager
def bound_ids(
    *,
    batch_id: str | None = None,
    candidate_id: str | None = None,
    trace_id: str | None = None,
    tenant: str | None = None,
) -> Iterator[None]:
    """Put these ids into every event logged inside, in this task and those that it starts."""
    given = {"batch_id": batch_id, "candidate_id": candidate_id, "trace_id": trace_id, "tenant": tenant}
    bound = {key: value for key, value in given.items() if value}
    if not bound:  # as of most calls: to bind nothing takes as long as to bind something
        yield
        return
    with structlog.contextvars.bound_contextvars(**bound):
        yield
