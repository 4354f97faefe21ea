"""Whether what a batch's stopping rules look at will be there."""

from __future__ import annotations

from verifierd.errors import InvalidField
from verifierd.model import BatchOptions, Problem, SelectionSpec
from verifierd.selection.rules import RULES


def check_stop_rules(options: BatchOptions, selection: SelectionSpec, problem: Problem, path: str) -> None:
    """Check that what a batch's stopping rules look at will be there.

    Raises:
        InvalidField: the selection rule tells no probability, or no test judges.
    """
    if options.confidence and not RULES[selection.rule].tells_probabilities:
        able = ", ".join(name for name, rule in RULES.items() if rule.tells_probabilities)
        wrong = f"selection rule {selection.rule} tells no probability"
        raise InvalidField(path, f"{wrong}, which `confidence` is about", f"with selection.rule {able}")
    judged = any(test.judges for test in problem.tests)
    for rule, is_set in (
        ("accepted_count", options.stop_after_accepted),
        ("marginal_value", options.usd_per_resolved),
    ):
        if is_set and not judged:
            raise InvalidField(
                path, f"no test judges, and `{rule}` is about accepted candidates", "other rules"
            )
