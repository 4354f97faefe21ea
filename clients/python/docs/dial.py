# %% [markdown]
"""The whole dial on recorded samples: three problems, seven ways to spend tokens on them, no model.

Run it against a daemon, as a script or cell by cell:

    $ verifierd serve --listen 127.0.0.1:50051
    $ python clients/python/docs/dial.py 127.0.0.1:50051

In earnest the sampler is one of `samplers.md`, and everything below it stays as it is.
"""

# ruff: noqa: T201

# %%
from __future__ import annotations

import asyncio
import sys
from collections import Counter
from functools import partial

from verifierd_client import AsyncVerifier, CallProbe, CallTest, Extraction, Probes, Problem, Role
from verifierd_client.sampling import FinishReason, Prompt, Sampling
from verifierd_client.sampling.running import Piece, RunningDraw
from verifierd_client.strategies import (
    Prices,
    Query,
    Resolution,
    Resources,
    Strategy,
    adaptive,
    beam_search,
    best_of_n,
    mcts,
    self_consistency,
    sequential_revision,
    table,
    totals,
)

# %% [markdown]
# What a model said to three prompts, over and over. To the first it is mostly right, to the second once in
# ten times, to the third never.

# %%
RECORDED = {
    "def double(n):\n": ["    return n + n\n", "    return 2 * n\n", "    return n ** 2\n"],
    "def median(values):\n": [
        *["    return sorted(values)[len(values) // 2]\n"] * 5,
        *["    values.sort()\n    return values[len(values) // 2]\n"] * 4,
        "    values = sorted(values)\n    m = len(values) // 2\n"
        "    return values[m] if len(values) % 2 else (values[m - 1] + values[m]) / 2\n",
    ],
    "def halts(program):\n": [
        "    return True\n",
        "    return bool(program)\n",
        "    return len(program) < 20\n",
    ],
}
TOKEN_S = 0.001
CHARACTERS_PER_TOKEN = 4


class Recording:
    """A sampler: what was said next to this prompt or, to go on from a text, what begins with it."""

    def __init__(self) -> None:
        self._said: Counter[tuple[str, str]] = Counter()

    def draw(self, prompt: Prompt, n: int, sampling: Sampling, continuing: str = "") -> Replay:
        """Begin to say the next samples."""
        return Replay([self._next(str(prompt), continuing) for _ in range(n)])

    def _next(self, prompt: str, continuing: str) -> str:
        recorded = next(each for each in RECORDED if prompt.endswith(each))
        begun = [each for each in RECORDED[recorded] if each.startswith(continuing)]
        self._said[recorded, continuing] += 1
        return begun[(self._said[recorded, continuing] - 1) % len(begun)].removeprefix(continuing)


class Replay(RunningDraw):
    """Its draw: all samples decode at once, one token of each every millisecond."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(len(texts), self._cut_short)
        self._texts = texts
        loop = asyncio.get_running_loop()
        self._began_s = loop.time()
        ends_s = (TOKEN_S * len(text) / CHARACTERS_PER_TOKEN for text in texts)
        self._timers = [loop.call_later(end_s, self._say, at) for at, end_s in enumerate(ends_s)]

    def _say(self, index: int) -> None:
        tokens = len(self._texts[index]) // CHARACTERS_PER_TOKEN
        self.add(index, Piece(self._texts[index], tokens, finish_reason=FinishReason.STOP))
        self.end(index)

    def _cut_short(self, indexes: list[int]) -> None:
        tokens = int((asyncio.get_running_loop().time() - self._began_s) / TOKEN_S)
        for index in indexes:
            self._timers[index].cancel()
            self.add(index, Piece("", tokens))
            self.end(index)


# %% [markdown]
# The queries. A revision may see the example tests, the others are hidden from the model. The probe inputs
# are for self-consistency, which looks at no test.

# %%
MEDIANS = {(1, 9, 5): 5, (4, 4): 4.0, (8, 1, 2, 5): 3.5, (7,): 7}
TESTS = {
    "def double(n):\n": [CallTest("double", [n], 2 * n, id=str(n)) for n in (3, 0, 21)],
    "def median(values):\n": [
        CallTest("median", [list(values)], value, role=Role.EXAMPLE if at == 0 else Role.JUDGE)
        for at, (values, value) in enumerate(MEDIANS.items())
    ],
    "def halts(program):\n": [
        CallTest("halts", [text], expected) for text, expected in {"f()": False, "0": True, "": True}.items()
    ],
}


def query(prompt: str, with_tests: bool = True) -> Query:
    """Ask for the rest of a function."""
    tests = TESTS[prompt]
    probes = None if with_tests else Probes([CallProbe(test.function, test.args) for test in tests])
    problem = Problem(tests[0].function, tests if with_tests else [], probes=probes)
    return Query(problem, prompt, extraction=Extraction.WHOLE_TEXT, prefix=prompt)


# %% [markdown]
# The dial, from the cheapest setting on. A strategy is a function of a query and of what there is to resolve
# it with.

# %%
SETTINGS: dict[str, Strategy] = {
    "one sample": partial(best_of_n, n=1),
    "best of 32": partial(best_of_n, n=32),
    "best of 32, 4 at once": partial(best_of_n, n=32, at_once=4),
    "self-consistency of 32": partial(self_consistency, n=32),
    "revision, 2 chains": partial(sequential_revision, rounds=8, chains=2),
    "beam search": partial(beam_search, samples=32),
    "tree search": partial(mcts, samples=32),
    "adaptive, worth $0.0001": partial(adaptive, usd_per_resolved=0.0001, revisions=4),
    "adaptive, worth $0.01": partial(adaptive, usd_per_resolved=0.01, revisions=4),
}
PRICES = Prices(usd_per_prompt_token=0.15e-6, usd_per_completion_token=0.60e-6)


async def is_right(verifier: AsyncVerifier, prompt: str, resolution: Resolution) -> bool:
    """Say whether an answer passes the tests, which its strategy need not have seen."""
    if resolution.answer is None:
        return False
    judged = await verifier.verify(query(prompt).problem, [resolution.answer])
    return judged.results[0].passed


async def main(address: str) -> None:
    """Turn it, and say what each setting solves, costs and takes."""
    rows = []
    async with AsyncVerifier(address, timeout_s=300) as verifier:
        for name, strategy in SETTINGS.items():
            print(f"\n{name}")
            resources = Resources(Recording(), verifier, prices=PRICES)
            resolutions = []
            for prompt in RECORDED:
                asked = query(prompt, with_tests="consistency" not in name)
                resolution = await strategy(asked, resources)
                print(f"  {prompt.strip()} {resolution.samples} samples: {resolution.detail}")
                resolutions.append(resolution)
            right = [await is_right(verifier, *each) for each in zip(RECORDED, resolutions, strict=True)]
            rows.append(totals(resolutions, right, name))
    print(f"\n{table(rows)}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"))
