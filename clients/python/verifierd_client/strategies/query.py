"""What a strategy is asked, and what it may use to resolve it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields

from verifierd_client._async import AsyncVerifier
from verifierd_client.completions import Extraction
from verifierd_client.problems import Digest, Generation, Options, Problem
from verifierd_client.sampling import Prompt, Sample, Sampler, Sampling
from verifierd_client.strategies.resolution import Resolution


@dataclass(frozen=True, slots=True)
class Query:
    """A problem, the prompt that asks a model to solve it, and how a program is read from the answers.

    Attributes:
        problem: the tests that say what a right program is, or the digest of one that the server keeps.
        prompt: what the model is given.
        language: of the programs.
        extraction: how a program is taken out of an answer.
        prefix: put before each program, such as a prompt that the model goes on from.
        options: of the batch in which all of the query's programs are verified.
    """

    problem: Problem | Digest
    prompt: Prompt
    language: str = "python"
    extraction: Extraction = Extraction.LAST_BLOCK
    prefix: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Prices:
    """What tokens cost, in US dollars. Verification is charged by the server's own price table.

    Raises:
        ValueError: a price is negative, infinite or no number.
    """

    usd_per_prompt_token: float = 0.0
    usd_per_completion_token: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        for price in fields(self):
            usd = getattr(self, price.name)
            if not 0 <= usd < math.inf:
                raise ValueError(f"{price.name} is {usd}; a price is a finite number of at least 0")

    def usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return what reading and writing so many tokens costs."""
        return prompt_tokens * self.usd_per_prompt_token + completion_tokens * self.usd_per_completion_token

    def of(self, sample: Sample) -> Generation:
        """Return what drawing a sample cost, for the bill of its batch."""
        usd = self.usd(sample.prompt_tokens, sample.completion_tokens)
        return Generation(sample.prompt_tokens, sample.completion_tokens, usd)


@dataclass(frozen=True, slots=True)
class Resources:
    """Where samples come from, who verifies them, how they are drawn and what their tokens cost."""

    sampler: Sampler
    verifier: AsyncVerifier
    sampling: Sampling = field(default_factory=Sampling)
    prices: Prices = Prices()


Strategy = Callable[[Query, Resources], Awaitable[Resolution]]
"""A way to resolve queries; `functools.partial(best_of_n, n=16)` is one."""
