"""The evaluators of contest-like sets: what they judge by, import for a program, and let it run for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import verifierd_client as client
from verifierd.datasets import preludes
from verifierd.datasets.fenced import last_block
from verifierd.datasets.pairs import Pairs, class_in, with_room
from verifierd.datasets.records import Record
from verifierd.datasets.task import Program, Rule, Task, as_it_stands

PYTHON = "python"
NO_TESTS = "the dataset publishes no tests of it"
AS_APPS = client.Checker("apps")


@dataclass(frozen=True, slots=True)
class Evaluator:
    """One of them.

    Attributes:
        checker: judges standard output.
        call_checker: judges what functions return; by APPS', arguments and outputs are read as there too.
        prelude: what it puts before a Python program.
        limits: of one test.
        program_in: finds the program in a completion, which is a whole response for some of them.
    """

    checker: client.Checker
    call_checker: client.Checker
    prelude: str
    limits: client.Limits
    program_in: Callable[[str], str] = as_it_stands

    def task(
        self,
        record: Record,
        rule: Rule,
        task_id: str,
        pairs: Pairs | None,
        starter_code: str = "",
        solutions: Sequence[str] = (),
        stated: client.Limits | None = None,
        language: str = PYTHON,
    ) -> Task:
        """Return the task of a record; `stated` limits go before the evaluator's.

        Whether a function is a method of `class Solution` is told by the starter code or the first solution.

        Raises:
            InputError: the pairs cannot be tests.
        """
        complete = self._complete(language)
        limits = stated or self.limits
        problem = client.Problem(task_id, (), limits)
        if pairs is not None and pairs.inputs:
            class_name = class_in(starter_code, *solutions[:1])
            problem = self._problem(pairs, rule, task_id, limits, class_name)
        return Task(
            task_id=task_id,
            place=record.place,
            problem=problem,
            language=language,
            complete=complete,
            canonical=tuple(Program(complete(solution), language) for solution in solutions[:1]),
            unjudgeable="" if problem.tests else NO_TESTS,
        )

    def _complete(self, language: str) -> Callable[[str], str]:
        prepared = preludes.behind(self.prelude) if language == PYTHON else as_it_stands
        return lambda completion: prepared(self.program_in(completion))

    def _problem(
        self, pairs: Pairs, rule: Rule, task_id: str, limits: client.Limits, class_name: str
    ) -> client.Problem:
        if pairs.function:
            if self.call_checker == AS_APPS:
                pairs = pairs.as_they_are_meant() if rule.strict else pairs.as_apps_reads_them()
            checker = _by(rule, self.call_checker)
            return client.Problem(task_id, pairs.calls(class_name), limits, checker)
        tests = pairs.stdio()
        return client.Problem(task_id, tests, with_room(limits, tests), _by(rule, self.checker))


def _by(rule: Rule, checker: client.Checker) -> client.Checker:
    if not rule.strict:
        return checker
    return client.Checker(checker.name, {**checker.params, "strict": "true"})


def unjudgeable(record: Record, task_id: str, why: str) -> Task:
    """Return a task that no sample can be judged of."""
    return Task(task_id, record.place, client.Problem(task_id, ()), PYTHON, unjudgeable=why)


# By `timeout` and `TIMEOUT` of their testing_util.py, PRIME's prime_code/__init__.py, rllm's
# rewards/code_reward.py, lcb_runner's `--timeout`; genesys' code_test_verifier.py has none that it keeps.
APPS = Evaluator(AS_APPS, AS_APPS, preludes.APPS, client.Limits(cpu_time_s=4.0))
TACO = Evaluator(client.Checker("taco"), AS_APPS, preludes.APPS, client.Limits(cpu_time_s=4.0))
PRIME = Evaluator(
    client.Checker("prime"),
    AS_APPS,
    preludes.PRIME,
    client.Limits(cpu_time_s=5.0),
    program_in=last_block,
)
DEEPCODER = Evaluator(
    client.Checker("taco", {"rstrip": "true"}),
    AS_APPS,
    preludes.APPS,
    client.Limits(cpu_time_s=12.0),
    program_in=last_block,
)
LIVECODEBENCH = Evaluator(
    client.Checker("livecodebench"),
    client.Checker("livecodebench"),
    preludes.LIVECODEBENCH,
    client.Limits(cpu_time_s=6.0),
)
DEEPCODER_AS_LIVECODEBENCH = replace(LIVECODEBENCH, program_in=last_block)
SYNTHETIC1 = Evaluator(
    client.Checker("genesys"),
    client.Checker("genesys"),
    preludes.SYNTHETIC1,
    client.Limits(cpu_time_s=10.0),
    program_in=last_block,
)
