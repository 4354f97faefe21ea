"""Selection rules: which candidates to keep, best first. One rule a module, all behind one interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

from verifierd.selection.parameters import ParameterRefused
from verifierd.selection.rules.alphacode import AlphaCode
from verifierd.selection.rules.base import Selected, SelectionRule
from verifierd.selection.rules.codet import CodeT
from verifierd.selection.rules.first_pass import FirstPass
from verifierd.selection.rules.mbr_exec import MbrExec
from verifierd.selection.rules.plurality import Plurality
from verifierd.selection.rules.posterior import Posterior

__all__ = ["RULES", "ParameterRefused", "Selected", "SelectionRule", "parameters_of", "rule_named"]

RULES: Mapping[str, type[SelectionRule]] = MappingProxyType(
    {rule.name: rule for rule in (Plurality, FirstPass, AlphaCode, CodeT, MbrExec, Posterior)}
)
"""Every rule by its name, the default first."""


def parameters_of(name: str) -> tuple[str, ...]:
    """Return the names of a rule's parameters. Raises KeyError where there is no such rule."""
    return tuple(field.name for field in fields(RULES[name]))


def rule_named(name: str, params: Mapping[str, float]) -> SelectionRule:
    """Return a rule with its parameters, those that are not given at their defaults.

    Raises:
        KeyError: there is no such rule.
        TypeError: it has no such parameter.
        ParameterRefused: a parameter is out of range.
    """
    return RULES[name](**params)
