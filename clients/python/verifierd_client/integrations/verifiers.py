"""verifiers (and prime-rl, which runs its environments): rewards of a task, by running its tests.

In verifiers 0.4 a reward is a method of a `Task`, and what compares the agents of one episode is done in
`Env.finalize`. An episode that could not be judged must not train: the framework's own SandboxError marks the
trace as failed, its `retries` may run it again, and prime-rl leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verifierd_client.errors import NoVerdict
from verifierd_client.integrations.batching import Item
from verifierd_client.integrations.columns import problem_of
from verifierd_client.integrations.scoring import Scorer
from verifierd_client.problems import Problem

ProblemOf = Callable[[Mapping[str, Any], str], Problem]


class VerifiedReward:
    """Scores the program in a trace's last reply by the tests in its task's data.

    In a task it is awaited in a method with `@vf.reward`; in an environment `of_group` scores all traces of
    an episode in one batch.

    Args:
        scorer: judges it, or a server's address. Its `on_infra` says what a reply scores that could not be
            judged. `raise` (the default here) raises SandboxError, so that the trace fails. `none` records no
            score: the trace stays, and its other rewards add up without this one. `zero` records 0, as if the
            program were wrong.
        problem_of: makes the problem of a task's data and a reply; `columns.problem_of` says what it reads.
    """

    def __init__(self, scorer: Scorer | str, problem_of: ProblemOf = problem_of) -> None:
        """Keep the scorer; no connection is made."""
        self._scorer = Scorer(scorer, on_infra="raise") if isinstance(scorer, str) else scorer
        self._problem_of = problem_of

    async def __call__(self, task: Any, trace: Any) -> float | dict[str, float]:
        """Return the score of one trace, by its task's data; an empty dict, which records nothing, for none.

        Raises:
            SandboxError: the reply could not be judged, and `on_infra` is `raise`.
        """
        (score,) = await self._scores(task, [trace])
        return {} if score is None else score

    async def of_group(
        self, task: Any, traces: Sequence[Any], *, name: str = "verified", weight: float = 1.0
    ) -> None:
        """Score all traces of an episode together, and record the scores on them under a name.

        Equal programs run once. A trace that has failed already gets no score.

        Raises:
            SandboxError: a reply could not be judged, and `on_infra` is `raise`.
        """
        sound = [trace for trace in traces if trace.ok]
        for trace, score in zip(sound, await self._scores(task, sound), strict=True):
            if score is None:
                trace.rewards[name] = None  # verifiers' word for: it was to be scored, and was not
            else:
                trace.record_reward(name, score, weight)

    async def _scores(self, task: Any, traces: Sequence[Any]) -> list[float | None]:
        fields = task.model_dump()
        items: list[Item] = [
            (self._problem_of(fields, trace.last_reply), trace.last_reply) for trace in traces
        ]
        try:
            return await self._scorer.score(items)
        except NoVerdict as lost:
            from verifiers.v1 import SandboxError

            raise SandboxError(str(lost)) from lost
