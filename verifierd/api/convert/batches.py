"""Batches: options and digests of `verifier.v1` to the service's own words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from verifier.v1 import batch_pb2, problem_pb2
from verifierd.api.convert.fields import (
    chosen,
    known_enum,
    positive_duration_ns,
    refuse_others,
    shown,
    under,
)
from verifierd.errors import InvalidField
from verifierd.model import BatchOptions, Digest, Priority
from verifierd.selection.lead import TAIL

MAX_TIME_BUDGET_S = 100 * 365 * 86_400  # so that 64 bits hold the instant of its end, in ns
SHA256_HEX = re.compile(r"[0-9a-f]{64}\Z")
HONOURED_STOP_RULES = (
    "accepted_count",
    "confidence",
    "cpu_budget",
    "money_budget",
    "time_budget",
    "lead",
    "marginal_value",
)
PRIORITY_FROM_PROTO = {
    batch_pb2.PRIORITY_INTERACTIVE: Priority.INTERACTIVE,
    batch_pb2.PRIORITY_BULK: Priority.BULK,
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request asks of a batch: options, the time it may take at most, who goes first; or None."""

    options: BatchOptions
    time_budget_ns: int | None
    priority: Priority | None = None


def digest_from_proto(message: problem_pb2.Digest, path: str) -> Digest:
    """Return a digest.

    Raises:
        InvalidField: it is no SHA-256 digest.
    """
    if not SHA256_HEX.match(message.hash):
        raise InvalidField(
            under(path, "hash"), f"{shown(message.hash)} is no SHA-256", "64 lower-case hexadecimal digits"
        )
    if message.size_bytes < 0:
        raise InvalidField(under(path, "size_bytes"), f"it is {message.size_bytes}", "0 or more")
    return Digest(hash=message.hash, size_bytes=message.size_bytes)


def digest_to_proto(digest: Digest) -> problem_pb2.Digest:
    """Return the message of a digest."""
    return problem_pb2.Digest(hash=digest.hash, size_bytes=digest.size_bytes)


def wishes_from_proto(message: batch_pb2.BatchOptions, path: str) -> Wishes:
    """Return what a batch is to do beside giving verdicts.

    Raises:
        InvalidField: a value is out of range, unknown, given twice or not supported by this server.
    """
    refuse_others(message, path, "stop_at_first_failure", "stop_when", "output_detail", "priority", "fresh")
    known_enum(message.priority, under(path, "priority"), batch_pb2.Priority.DESCRIPTOR)
    detail = known_enum(
        message.output_detail, under(path, "output_detail"), batch_pb2.OutputDetail.DESCRIPTOR
    )
    wishes = Wishes(
        options=BatchOptions(
            stop_at_first_failure=message.stop_at_first_failure,
            include_outputs=detail != batch_pb2.OUTPUT_DETAIL_NONE,
            fresh=message.fresh,
        ),
        time_budget_ns=None,
        priority=PRIORITY_FROM_PROTO.get(message.priority),
    )
    seen: set[str] = set()
    for index, rule in enumerate(message.stop_when):
        at = under(path, f"stop_when[{index}]")
        kind = chosen(rule, at, "rule")
        if kind in seen:
            raise InvalidField(under(at, kind), "this rule is given twice", "each kind of rule at most once")
        seen.add(kind)
        wishes = _with_stop_rule(wishes, rule, kind, under(at, kind))
    return wishes


def _with_stop_rule(wishes: Wishes, rule: batch_pb2.StopRule, kind: str, path: str) -> Wishes:
    if kind == "accepted_count":
        count = rule.accepted_count.count
        if count < 1:
            raise InvalidField(under(path, "count"), f"it is {count}", "1 or more")
        return replace(wishes, options=replace(wishes.options, stop_after_accepted=count))
    if kind == "cpu_budget":
        budget_ns = positive_duration_ns(rule.cpu_budget.cpu_time, under(path, "cpu_time"))
        return replace(wishes, options=replace(wishes.options, cpu_budget_ns=budget_ns))
    if kind == "time_budget":
        return replace(wishes, time_budget_ns=_time_budget_ns(rule, under(path, "wall_time")))
    return replace(wishes, options=_with_amount(wishes.options, rule, kind, path))


def _time_budget_ns(rule: batch_pb2.StopRule, path: str) -> int:
    budget_ns = positive_duration_ns(rule.time_budget.wall_time, path)
    if budget_ns > MAX_TIME_BUDGET_S * 10**9:
        raise InvalidField(
            path, f"it is {budget_ns / 1e9:g} s", f"up to {MAX_TIME_BUDGET_S} s, which is 100 years"
        )
    return budget_ns


def _with_amount(options: BatchOptions, rule: batch_pb2.StopRule, kind: str, path: str) -> BatchOptions:
    """Return the options with a rule that is one number."""
    if kind == "confidence":
        at = under(path, "probability")
        return replace(options, confidence=_within(rule.confidence.probability, 1.0, at))
    if kind == "lead":
        tail = rule.lead.tail_probability if rule.lead.HasField("tail_probability") else TAIL
        return replace(options, lead_tail=_within(tail, 0.5, under(path, "tail_probability")))
    if kind == "money_budget":
        budget_usd = _within(rule.money_budget.usd, math.inf, under(path, "usd"))
        return replace(options, money_budget_usd=budget_usd)
    if kind == "marginal_value":
        at = under(path, "usd_per_resolved")
        worth_usd = _within(rule.marginal_value.usd_per_resolved, math.inf, at)
        return replace(options, usd_per_resolved=worth_usd)
    raise InvalidField(path, "this server does not support this rule yet", ", ".join(HONOURED_STOP_RULES))


def _within(value: float, below: float, path: str) -> float:
    if 0 < value < below:
        return value
    allowed = "a finite number above 0" if below == math.inf else f"above 0 and below {below:g}"
    raise InvalidField(path, f"it is {value:g}", allowed)
