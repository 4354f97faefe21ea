"""Arguments of a call, checked before anything is sent: what is wrong is told by the argument's name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from verifierd_client._values import INT64_BOUND
from verifierd_client._writing import kind_of
from verifierd_client.durable import BatchState
from verifierd_client.errors import NotAnArgument, OutOfRange

ASKED_FOR = (BatchState.QUEUED, BatchState.RUNNING, BatchState.FINISHED)


def text_of(value: str, name: str) -> str:
    """Return a text. Raises NotAnArgument."""
    if not isinstance(value, str):
        raise NotAnArgument(f"{name} must be a str, and is {kind_of(value)}")
    return value


def request_id_of(value: str | None) -> str:
    """Return a request's id, a new one for None. Raises NotAnArgument, OutOfRange."""
    if value is None:
        return uuid.uuid4().hex
    if not text_of(value, "request_id"):
        raise OutOfRange("request_id must not be empty; leave it out, or give None, for a new one")
    return value


def labels_of(labels: Mapping[str, str] | None) -> dict[str, str]:
    """Return labels, each a text by its name. Raises NotAnArgument."""
    if labels is None:
        return {}
    if not isinstance(labels, Mapping):
        raise NotAnArgument(f"labels must be a mapping of str to str, and is {kind_of(labels)}")
    for name, value in labels.items():
        text_of(name, "each name in labels")
        text_of(value, f"labels[{name!r}]")
    return dict(labels)


def event_number_of(after: int) -> int:
    """Return the number of an event. Raises NotAnArgument, OutOfRange."""
    if type(after) is not int:
        raise NotAnArgument(f"after must be the number of an event, and is {kind_of(after)}")
    if not 0 <= after < INT64_BOUND:
        raise OutOfRange(f"after must be the number of an event, from 0 to 2**63 - 1, and is {after}")
    return after


def states_of(states: Iterable[BatchState]) -> tuple[BatchState, ...]:
    """Return states that a batch can be asked for by. Raises NotAnArgument, OutOfRange."""
    if isinstance(states, str | BatchState) or not isinstance(states, Iterable):
        raise NotAnArgument(
            f"states must be a list of BatchState, and is {kind_of(states)}; put a single state in a list"
        )
    found = tuple(states)
    allowed = ", ".join(map(str, ASKED_FOR))
    for index, state in enumerate(found):
        if not isinstance(state, BatchState):
            raise NotAnArgument(f"states[{index}] must be one of {allowed}, and is {state!r}")
        if state not in ASKED_FOR:
            raise OutOfRange(f"states[{index}] is {state}, which no batch has; allowed: {allowed}")
    return found


def moment_of(value: datetime, name: str) -> datetime:
    """Return a moment, which has a time zone. Raises NotAnArgument, OutOfRange."""
    if not isinstance(value, datetime):
        raise NotAnArgument(f"{name} must be a datetime with a time zone, and is {kind_of(value)}")
    if value.tzinfo is None:
        raise OutOfRange(f"{name} must have a time zone, such as datetime.now(timezone.utc)")
    return value
