"""What verifying while decoding saves, on recorded samples that are decoded anew at 10 ms a token."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from tests.prove.harness import Figure, Line
from tests.prove.replay import SAMPLES, SAMPLING, Recorded, recorded_problems, resolve_all, sampler_of
from tests.support.backends import BACKENDS, serving
from verifierd_client import AsyncVerifier, Completion
from verifierd_client.strategies import Resolution, best_of_n

AT_ONCE = (SAMPLES, 32, 16)
FEWER_TOKENS, AT = 3.0, 16
ADDED_S = 0.050
SANDBOXES = 4  # more than small hosts have cores: a program that loops holds one of them for its CPU limit


@dataclass(frozen=True, slots=True)
class Whole:
    """One problem where everything is decoded, then everything verified."""

    completion_tokens: int
    time_to_answer_s: float
    is_solved: bool


def lines(repository: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""
    replayed = _Replayed(repository.parent / "shared" / "data")
    return [
        Line(
            f"{SAMPLES} replayed samples a problem, FirstPass, {AT} decoded at a time: "
            "tokens against decode-all-then-verify, solvable problems",
            f">= {FEWER_TOKENS:.0f}x fewer at equal accuracy",
            replayed.fewer_tokens,
        ),
        Line(
            f"what verification adds after the answer's last token, {AT} decoded at a time: p99",
            f"< {ADDED_S * 1000:.0f} ms",
            replayed.added,
        ),
    ]


class _Replayed:
    """Decodes and verifies each solvable problem once for each way, one problem after the other."""

    def __init__(self, data: Path) -> None:
        self._data = data

    @cached_property
    def _problems(self) -> list[Recorded]:
        return [each for each in recorded_problems(self._data) if each.is_solvable]

    @cached_property
    def _wholes(self) -> list[Whole]:
        with serving(BACKENDS[0], SANDBOXES) as service:
            return asyncio.run(_decode_all_then_verify(self._problems, service.address))

    @cached_property
    def _first_passes(self) -> dict[int, list[Resolution]]:
        with serving(BACKENDS[0], SANDBOXES) as service:
            return {at_once: self._resolved(at_once, service.address) for at_once in AT_ONCE}

    def _resolved(self, at_once: int, address: str) -> list[Resolution]:
        strategy = partial(best_of_n, n=SAMPLES, at_once=at_once)
        queries = [each.query() for each in self._problems]
        return asyncio.run(resolve_all(queries, strategy, sampler_of(self._problems), address))

    def fewer_tokens(self) -> Figure:
        """Compare tokens, time and accuracy."""
        all_tokens = sum(each.completion_tokens for each in self._wholes)
        all_s = _mean([each.time_to_answer_s for each in self._wholes])
        solved = sum(each.is_solved for each in self._wholes)
        text = [f"decode all: {all_tokens:,} tokens, {all_s:.2f} s to the answer, {solved} solved"]
        facts = {}
        for at_once, resolutions in self._first_passes.items():
            tokens = sum(each.completion_tokens for each in resolutions)
            took_s = _mean([each.latency.time_to_answer_s for each in resolutions])
            right = sum(
                resolution.answer in problem.right
                for resolution, problem in zip(resolutions, self._problems, strict=True)
            )
            facts[str(at_once)] = {"ratio": all_tokens / tokens, "time_s": took_s, "solved": right}
            fewer = f"{all_tokens / tokens:.1f}x fewer tokens"
            text.append(f"{at_once} at a time: {fewer}, {took_s:.2f} s, {right} solved")
        reached = facts[str(AT)]
        holds = reached["ratio"] >= FEWER_TOKENS and reached["solved"] >= solved and reached["time_s"] < all_s
        return Figure("; ".join(text), holds, facts)

    def added(self) -> Figure:
        """Read how long after its last token each answer had its verdict."""
        texts, p99s_s = [], {}
        for at_once, resolutions in self._first_passes.items():
            lags_s = sorted(
                each.latency.verdict_lag_s for each in resolutions if each.latency.verdict_lag_s is not None
            )
            p50_s, p99_s = (lags_s[math.ceil(share * len(lags_s)) - 1] for share in (0.5, 0.99))
            p99s_s[str(at_once)] = p99_s
            texts.append(f"{at_once} at a time: p50 {p50_s * 1000:.0f} ms, p99 {p99_s * 1000:.0f} ms")
        return Figure("; ".join(texts), p99s_s[str(AT)] < ADDED_S, p99s_s)


async def _decode_all_then_verify(problems: list[Recorded], address: str) -> list[Whole]:
    sampler = sampler_of(problems)
    wholes = []
    async with AsyncVerifier(address) as verifier:
        for problem in problems:
            query = problem.query()
            began_s = time.monotonic()
            async with sampler.draw(query.prompt, SAMPLES, SAMPLING) as draw:
                samples = [sample async for sample in draw]
            completions = [
                Completion(each.text, extraction=query.extraction, prefix=query.prefix)
                for each in sorted(samples, key=lambda each: each.index)
            ]
            batch = await verifier.verify(query.problem, completions)
            took_s = time.monotonic() - began_s
            picks = batch.summary.picks
            answer = batch[picks[0].candidate_id].extracted_source if picks else None
            tokens = sum(each.completion_tokens for each in samples)
            wholes.append(Whole(tokens, took_s, answer in problem.right))
    return wholes


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)
