"""A task for `inspect eval`, in the set `evals`: a scripted agent works in a sandbox and is scored.

No model is asked: the solver does what an agent's tools would, and answers with the program that it has left.
"""

from __future__ import annotations

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import sandbox

from verifierd_client.integrations.inspect_ai import verifierd_scorer

TESTS = [{"call": "double", "args": [21], "expected": 42}]


@solver  # type: ignore[untyped-decorator]
def works() -> Solver:
    """Return a solver that mends the sample's program by a command, and runs it first."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        box = sandbox()
        await box.exec(["sed", "-i", f"s/WRONG/{state.input_text}/", "code/double.py"])
        tried = await box.exec(["python3", "-c", "import double; print(double.double(4))"], cwd="code")
        program = await box.read_file("code/double.py")
        state.store.set("tried", tried.stdout)
        state.output = ModelOutput.from_content("scripted", f"```python\n{program}```")
        return state

    return solve


@task  # type: ignore[untyped-decorator]
def doubling() -> Task:
    """Return the task: one sample is solved, one is not."""
    files = {"code/double.py": "def double(n):\n    return WRONG\n"}
    return Task(
        dataset=[
            Sample("n + n", id="right", files=files, metadata={"tests": TESTS}),
            Sample("n * n", id="wrong", files=files, metadata={"tests": TESTS}),
        ],
        solver=works(),
        scorer=verifierd_scorer(),
    )
