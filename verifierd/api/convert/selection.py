"""How candidates are to be picked, from its message."""

from __future__ import annotations

import math

from verifier.v1 import batch_pb2
from verifierd.api.convert.fields import refuse_others, shown, under
from verifierd.api.engine import Abilities
from verifierd.errors import InvalidField
from verifierd.model import SelectionSpec
from verifierd.selection.rules import ParameterRefused, parameters_of, rule_named


def selection_from_proto(message: batch_pb2.SelectionSpec, path: str, abilities: Abilities) -> SelectionSpec:
    """Return how a batch's candidates are picked.

    Raises:
        InvalidField: the server has no such rule, the rule no such parameter, or a number is out of range.
    """
    refuse_others(message, path, "rule", "picks", "params")
    name = message.rule or abilities.selection_rules[0]
    if name not in abilities.selection_rules:
        raise InvalidField(
            under(path, "rule"),
            f"this server does not pick by {shown(name)}",
            ", ".join(abilities.selection_rules),
        )
    picks = message.picks if message.HasField("picks") else 1
    if picks < 1:
        raise InvalidField(under(path, "picks"), f"it is {picks}", "1 or more")
    known, params = parameters_of(name), dict(message.params)
    for param, value in params.items():
        at = under(path, f"params[{shown(param)}]")
        if param not in known:
            allowed = ", ".join(known) or "none, leave it out"
            raise InvalidField(at, f"{name} has no such parameter", allowed)
        if not math.isfinite(value):
            raise InvalidField(at, f"it is {value}", "a finite number")
    try:
        rule_named(name, params)
    except ParameterRefused as refused:
        at = under(path, f"params[{shown(refused.name)}]")
        raise InvalidField(at, f"it is {refused.value:g}", refused.allowed) from None
    return SelectionSpec(name, picks, params)
