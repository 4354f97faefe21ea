from __future__ import annotations

import pytest

from tests.unit.report.results import WRONG, sample
from verifierd.report.samples import DETAIL_CHARS, Failure, gathered
from verifierd_client import Verdict


@pytest.mark.parametrize(
    "verdict", [Verdict.SKIPPED, Verdict.CANCELLED, Verdict.INFRASTRUCTURE_ERROR], ids=lambda each: each.value
)
def test_what_nobody_judged_is_counted_apart_and_is_no_failure(verdict: Verdict) -> None:
    found = gathered([sample(0), sample(1, verdict), sample(0, verdict, "T/1")])
    assert (found.verdict_counts, found.unjudged_counts) == ({"ACCEPTED": 1}, {verdict.value: 2})
    first, second = found.tasks
    assert (len(first.judged), first.unjudged, first.failure) == (1, 1, None)
    assert (second.judged, second.unjudged, second.failure) == ((), 1, None)
    assert found.counts == ([1], [1])


def test_samples_stand_in_their_order_and_a_copy_ran_nothing() -> None:
    (task,) = gathered([sample(2), sample(0), sample(1, duplicate_of=0)]).tasks
    assert [each.sample_index for each in task.judged] == [0, 1, 2]
    assert [each.sample_index for each in task.runs] == [0, 2]
    assert task.right == 3


def test_the_commonest_failure_is_told_with_its_test_and_one_detail() -> None:
    (task,) = gathered(
        [
            sample(0, Verdict.RUNTIME_ERROR, failed_test="a", detail="boom"),
            sample(1, WRONG, failed_test="b", detail="x" * 1_000),
            sample(2, WRONG, failed_test="c", detail="later"),
            sample(3, WRONG, failed_test="c", detail="later"),
            sample(4),
        ]
    ).tasks
    assert task.failure == Failure("WRONG_ANSWER", 3, "c", "x" * DETAIL_CHARS)
    assert all(each.detail == "" for each in task.judged)


def test_a_failure_before_any_test_names_none() -> None:
    (task,) = gathered([sample(0, Verdict.NO_CODE, failed_test=None, detail="")]).tasks
    assert task.failure == Failure("NO_CODE", 1, None, "")
