"""DSPy: a reward for `BestOfN` and `Refine`, and a metric for `Evaluate` and optimizers, by running tests.

DSPy asks for one prediction at a time, in threads, and takes an exception for a failed attempt. So `raise` is
the default: `BestOfN` goes on with its next attempt then. `Evaluate` counts `failure_score` in its place, and
gives up after `max_errors`: give it `max_errors=1`, so that no figure is made of failures of the service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from verifierd_client.integrations.columns import problem_of
from verifierd_client.integrations.scoring import Scorer
from verifierd_client.problems import Candidate, Problem

ProblemOf = Callable[[Mapping[str, Any], str], Problem]


class VerifiedReward:
    """Scores the program in one field of a prediction.

    As `reward_fn(args, prediction)` it finds the tests in the module's inputs; with a `problem` it needs none
    there. As `metric(example, prediction)` it finds them in the example.

    Args:
        scorer: judges it, or a server's address. Its `on_infra` must be `raise` (the default here) or `zero`:
            DSPy compares and adds scores, and None is no number.
        problem: what is solved; None: it is read from the inputs or the example.
        field: of the prediction, with a program, or a text with one in a fenced block.
        problem_of: makes the problem of such fields and the program; `columns.problem_of` says what it reads.
        threshold: with a `trace`, as when DSPy selects demonstrations, the metric says whether the score is
            at least this.

    Raises:
        ValueError: the scorer's `on_infra` is `none`.
    """

    def __init__(
        self,
        scorer: Scorer | str,
        problem: Problem | None = None,
        *,
        field: str = "code",
        problem_of: ProblemOf = problem_of,
        threshold: float = 1.0,
    ) -> None:
        """Keep the settings; no connection is made."""
        self._scorer = Scorer(scorer, on_infra="raise") if isinstance(scorer, str) else scorer
        if self._scorer.on_infra == "none":
            raise ValueError("the scorer's on_infra must be raise or zero: None is no number to DSPy")
        self._problem = problem
        self._field = field
        self._problem_of = problem_of
        self._threshold = threshold

    def __call__(self, args: Any, prediction: Any, trace: Any = None) -> float | bool:
        """Return the score. Raises NoVerdict where there is none and `on_infra` is `raise`."""
        written = prediction[self._field]
        code = getattr(written, "code", None)  # of a `dspy.Code`, which is a program whatever is in it
        text = str(written) if code is None else str(code)
        problem = self._problem or self._problem_of(dict(args.items()), text)
        is_prose = code is None and "```" in text
        (score,) = self._scorer.score_blocking([(problem, text if is_prose else Candidate(text))])
        assert score is not None  # noqa: S101 - `none` was refused
        return score if trace is None else score >= self._threshold
