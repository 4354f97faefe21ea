"""What `make prove-selection` measures: rules, calibration, coverage, noise, bills, and a large batch."""

from __future__ import annotations

import gzip
import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.prove.dev_batches import DevBatches, Judged, right_of
from tests.prove.harness import Figure, Line, NotMeasured
from tests.support.backends import BACKENDS, NO_CACHE, Service, serving
from tests.support.cgroups import of_instance
from verifierd.economics.coverage import pass_at_k
from verifierd.economics.difficulty import fit_difficulty
from verifierd.economics.dual_suite import dual_suite
from verifierd.economics.false_positives import false_positive_rate
from verifierd.economics.intervals import mean_estimate
from verifierd.economics.outcomes import outcome_table
from verifierd.model import Estimate
from verifierd.selection.beliefs import Beliefs
from verifierd.selection.rules import rule_named
from verifierd.selection.trials import DEALS, KnownProblem, Trial, cross_validated, fitted, known_problem
from verifierd_client import Candidate, Limits, Problem, StdioTest, Verifier

PICKS = (1, 2, 10)
RULES = ("plurality", "alphacode", "codet", "mbr_exec", "posterior")
# Percent solved at one, two and ten picks over all 164 problems, by a reference run.
REFERENCES = {"random": (22,), "alphacode": (30, 41, 58), "codet": (37, 45, 60)}
SUB_BATCHES = 2_000
CALIBRATION_ERROR, NONE_AUC = 0.08, 0.8
PASS_AT_K_ERROR = 1e-12
SAMPLES, BEYOND, DRAWS = 20, 100, 50
COVERED = 0.9
NOISE_DRAWS, LEAST_TESTS = 200, 4
BILL_ERROR = 0.05
CROWD_S, CROWD_BYTES = 10.0, 500_000_000
CROWD_LIMIT_S = 300.0
SEED = 11
BURNS = "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass\nprint(input())"

Flags = npt.NDArray[np.bool_]


def lines(repository: Path, scratch: Path) -> list[Line]:
    """The lines of the proof, in the order they are measured in."""
    data = repository.parent / "shared" / "data"
    dev = _Dev(data, scratch)
    coverage = _Coverage(data)
    return [
        *(
            Line(f"solved by {rule}, of 41 problems, at 1, 2 and 10 picks", dev.reach(rule), dev.solved(rule))
            for rule in ("random", *RULES)
        ),
        Line("posterior at one pick", "at or above every other rule", dev.posterior_leads),
        Line(
            f"calibration error of posterior, {DEALS} x {SUB_BATCHES:,} sub-batches of problems not learned",
            f"below {CALIBRATION_ERROR}",
            dev.calibration,
        ),
        Line("its `none of them` on problems that nobody solves: AUC", f">= {NONE_AUC}", dev.abstention),
        Line("pass@k against whole numbers, n to 10,000", f"within {PASS_AT_K_ERROR:g}", _pass_at_k_is_exact),
        Line(
            f"pass@{BEYOND} from {SAMPLES} samples covers what was measured",
            f">= {COVERED:.0%} of problems",
            coverage.beyond,
        ),
        Line(
            f"planted false positives: {NOISE_DRAWS} hidden halves of the tests",
            f"covered in >= {COVERED:.0%}",
            dev.noise,
        ),
        Line("bills of candidates, added up, and their batch's", "equal", dev.bills),
        Line(
            "a bill, and the CPU time of the sandboxes' groups", f"within {BILL_ERROR:.0%}", _bill_is_cgroups
        ),
        Line(
            "100,000 candidates x 50 probe inputs, clustered and picked from by six rules",
            f"below {CROWD_S:.0f} s and {CROWD_BYTES // 10**6} MB",
            lambda: _crowd(repository),
        ),
    ]


class _Dev:
    """The 41 problems of candidates_dev, judged once on a daemon that lives as long as the proof."""

    def __init__(self, data: Path, scratch: Path) -> None:
        self._data = data
        self._scratch = scratch

    @cached_property
    def _judged(self) -> list[Judged]:
        with serving(BACKENDS[0]) as service:
            return DevBatches(self._data, self._scratch, service.address).judged

    @cached_property
    def _known(self) -> list[KnownProblem]:
        return [
            known_problem(each.saved.results, each.saved.tests, each.saved.probe_ids) for each in self._judged
        ]

    @cached_property
    def _shares(self) -> dict[str, list[Estimate]]:
        """The share of problems solved, by rule, at each number of picks. `posterior` learns from others."""
        return {rule: [mean_estimate(self._solves(rule, k)) for k in PICKS] for rule in ("random", *RULES)}

    def _solves(self, rule: str, k: int) -> list[float]:
        solved = []
        for place, (judged, known) in enumerate(zip(self._judged, self._known, strict=True)):
            if rule == "random":
                n, right = len(judged.saved.results), len(right_of(judged.saved))
                solved.append(float(pass_at_k([n], [right], k)[0]))
                continue
            params = self._beliefs_without[place] if rule == "posterior" else {}
            picks = rule_named(rule, params).select(known.standings, k).picks
            solved.append(float(any(pick.candidate_id in known.right for pick in picks)))
        return solved

    @cached_property
    def _beliefs_without(self) -> list[dict[str, float]]:
        """What is learned from the problems of other parts, for each problem: four parts in all."""
        parts = 4
        learned = [
            fitted([each for place, each in enumerate(self._known) if place % parts != part])
            for part in range(parts)
        ]
        return [_as_params(learned[place % parts]) for place in range(len(self._known))]

    @staticmethod
    def reach(rule: str) -> str:
        """Say what a rule must reach."""
        if rule not in REFERENCES:
            return "told"
        told = "/".join(map(str, REFERENCES[rule]))
        return f"reference {told} % within the interval or below"

    def solved(self, rule: str) -> Callable[[], Figure]:
        """Return the measurement of one rule."""

        def measure() -> Figure:
            shares = self._shares[rule]
            wanted = REFERENCES.get(rule, ())
            holds = all(100 * share.high >= percent for share, percent in zip(shares, wanted, strict=False))
            text = ", ".join(f"{each.value:.1%} ({each.low:.0%} to {each.high:.0%})" for each in shares)
            return Figure(text, holds)

        return measure

    def posterior_leads(self) -> Figure:
        first = {rule: self._shares[rule][0].value for rule in RULES}
        best = max(first[rule] for rule in RULES if rule != "posterior")
        text = ", ".join(f"{rule} {share:.1%}" for rule, share in first.items())
        return Figure(text, first["posterior"] >= best, first)

    @cached_property
    def _trial(self) -> Trial:
        draws = math.ceil(SUB_BATCHES / len(self._known))
        return cross_validated(self._known, fitted, draws=draws)

    def calibration(self) -> Figure:
        trial = self._trial
        error = trial.expected_calibration_error
        chance = trial.error_if_calibrated
        text = (
            f"{error:.4f} over {trial.draws}; if calibrated {chance.value:.3f} ({chance.low:.3f} to "
            f"{chance.high:.3f}) by chance alone; first pick right in {trial.accuracy:.1%}"
        )
        return Figure(text, error < CALIBRATION_ERROR)

    def abstention(self) -> Figure:
        auc = self._trial.none_auc
        unsolved = sum(not each.right for each in self._known)
        if auc is None:
            raise NotMeasured("all problems are solved, or none is")
        return Figure(f"{auc:.3f}, {unsolved} of {len(self._known)} problems unsolved", auc >= NONE_AUC)

    def noise(self) -> Figure:
        tables = [table for each in self._judged if (table := _outcomes(each)) is not None]
        random = np.random.default_rng(SEED)
        covered, widths, silent = 0, [], 0
        done = 0
        while done < NOISE_DRAWS:
            passed, copies = tables[int(random.integers(len(tables)))]
            half = random.permutation(passed.shape[1])[: passed.shape[1] // 2]
            if passed.all(axis=1).all():
                continue
            done += 1
            truth = dual_suite(passed[:, half].all(axis=1), passed.all(axis=1), copies).false_positive_rate
            estimate = false_positive_rate(outcome_table(passed[:, half].astype(np.int8), copies))
            if truth is None or estimate is None:
                silent += 1
                continue
            covered += estimate.covers(truth.value)
            widths.append(estimate.high - estimate.low)
        told = NOISE_DRAWS - silent
        text = f"{covered} of {told} ({silent} said nothing); mean width {np.mean(widths):.2f}"
        return Figure(text, told > 0 and covered >= COVERED * told and silent <= NOISE_DRAWS // 10)

    def bills(self) -> Figure:
        differ = []
        for judged in self._judged:
            sums = (
                sum(each.executions for each in judged.costs),
                sum(each.executions_saved for each in judged.costs),
                round(sum(each.cpu_time_s for each in judged.costs), 6),
            )
            whole = judged.cost.executions, judged.cost.executions_saved, round(judged.cost.cpu_time_s, 6)
            if sums[:2] != whole[:2] or not math.isclose(sums[2], whole[2], rel_tol=1e-9, abs_tol=1e-5):
                differ.append((judged.saved.problem_id, sums, whole))
        return Figure(f"{len(differ)} of {len(self._judged)} differ", not differ, {"differ": differ})


class _Coverage:
    """What labels tell of more samples than were looked at."""

    def __init__(self, data: Path) -> None:
        self._file = data / "labels_dev.jsonl.gz"

    def beyond(self) -> Figure:
        if not self._file.is_file():
            raise NotMeasured(f"{self._file.name} is not here")
        with gzip.open(self._file, "rt") as stream:
            passed = [np.array(json.loads(line)["passed"], dtype=np.bool_) for line in stream]
        random = np.random.default_rng(SEED)
        covered = total = 0
        for _ in range(DRAWS):
            seen = [random.permutation(each)[:SAMPLES] for each in passed]
            correct = [int(each.sum()) for each in seen]
            difficulty = fit_difficulty([SAMPLES] * len(seen), correct)
            for first, whole in zip(correct, passed, strict=True):
                measured = float(whole.any())
                belief = difficulty.given(SAMPLES, first)
                told = (
                    Estimate(1.0, 1.0, 1.0) if first else belief.solved_interval(BEYOND - SAMPLES, level=0.95)
                )
                covered += told.covers(measured)
                total += 1
        share = covered / total
        return Figure(f"{share:.1%} of {len(passed)} problems, {DRAWS} draws", share >= COVERED)


def _pass_at_k_is_exact() -> Figure:
    worst = 0.0
    cases = 0
    for n in (1, 2, 3, 10, 57, 100, 999, 5_000, 10_000):
        for c in sorted({0, 1, 2, n // 7, n // 2, n - 2, n - 1, n} & set(range(n + 1))):
            for k in sorted({1, 2, 10, n // 3, n - 1, n} & set(range(1, n + 1))):
                exact = 1.0 - _quotient(math.comb(n - c, k), math.comb(n, k))
                worst = max(worst, abs(float(pass_at_k([n], [c], k)[0]) - exact))
                cases += 1
    return Figure(f"{worst:.1e} at most, {cases} cases", worst <= PASS_AT_K_ERROR)


def _quotient(numerator: int, denominator: int) -> float:
    """Return a quotient of whole numbers too large for floating point."""
    shift = 10**40
    return (numerator * shift // denominator) / shift


def _outcomes(judged: Judged) -> tuple[Flags, list[int]] | None:
    """Return who does what the reference does on each probe input, one row a program, and its copies."""
    expected = {
        each.probe_id: each.behaviour
        for each in judged.reference.probes
        if each.behaviour and not each.failed
    }
    inputs = [each for each in judged.saved.probe_ids if each in expected]
    if len(inputs) < LEAST_TESTS:
        return None
    rows: dict[str, list[bool]] = {}
    copies: dict[str, int] = {}
    for result in judged.saved.results:
        program = result.duplicate_of or result.candidate_id
        did = {each.probe_id: each.behaviour for each in result.probes}
        rows.setdefault(program, [did.get(each) == expected[each] for each in inputs])
        copies[program] = copies.get(program, 0) + 1
    return np.array(list(rows.values()), dtype=np.bool_), list(copies.values())


def _as_params(beliefs: Beliefs) -> dict[str, float]:
    return {name: getattr(beliefs, name) for name in Beliefs.__dataclass_fields__}


def _bill_is_cgroups() -> Figure:
    tests = [StdioTest(str(place), str(place)) for place in range(5)]
    programs = [Candidate(f"{BURNS}\n# {place}") for place in range(40)]
    with serving(replace(BACKENDS[0], settings=NO_CACHE)) as service, Verifier(service.address) as verifier:
        verifier.verify(Problem("warm", tests, Limits(cpu_time_s=2)), programs[:2])
        before = _used_ns(service)
        batch = verifier.verify(Problem("burn", tests, Limits(cpu_time_s=2)), programs[2:])
        used_s = (_used_ns(service) - before) / 1e9
    billed_s = batch.summary.cost.cpu_time_s
    return Figure(
        f"{billed_s:.2f} s billed, {used_s:.2f} s in the groups ({billed_s / used_s - 1:+.1%})",
        abs(billed_s / used_s - 1) <= BILL_ERROR,
    )


def _used_ns(service: Service) -> int:
    """Return the CPU time of a daemon's sandboxes so far, of whatever was in their groups."""
    for group in of_instance(service.instance):
        if (file := group / "cpuacct.usage").is_file():
            return int(file.read_text())
        if (file := group / "cpu.stat").is_file():
            stat = dict(line.split() for line in file.read_text().splitlines())
            if "usage_usec" in stat:
                return 1000 * int(stat["usage_usec"])
    raise NotMeasured("no control group tells the CPU time of the sandboxes")


def _crowd(repository: Path) -> Figure:
    finished = subprocess.run(
        [sys.executable, "-m", "tests.prove.crowd"],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=CROWD_LIMIT_S,
        check=True,
    )
    said = json.loads(finished.stdout)
    text = f"{said['elapsed_s']:.1f} s, {said['peak_bytes'] / 1e6:.0f} MB, {said['clusters']} clusters"
    holds = said["elapsed_s"] < CROWD_S and said["peak_bytes"] < CROWD_BYTES
    return Figure(text, holds, said)
