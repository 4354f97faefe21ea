from __future__ import annotations

import math
from typing import Any

import pytest

from verifierd_client.sampling import FinishReason, Sample, Sampling


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"temperature": -0.1}, "temperature is -0.1"),
        ({"temperature": math.inf}, "temperature is inf"),
        ({"temperature": math.nan}, "temperature is nan"),
        ({"top_p": 0.0}, "top_p is 0.0"),
        ({"top_p": 1.5}, "top_p is 1.5"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"stop": "\n"}, "must be a tuple"),
        ({"stop": ("\n", "")}, "none of them empty"),
    ],
)
def test_what_no_engine_can_draw_by_is_refused_by_its_name(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Sampling(**wrong)


def test_seeds_count_on_from_the_first() -> None:
    assert [Sampling(seed=7).seed_of(index) for index in range(3)] == [7, 8, 9]
    assert Sampling().seed_of(5) is None


@pytest.mark.parametrize(
    ("reason", "whole"),
    [(FinishReason.STOP, True), (FinishReason.LENGTH, True), (FinishReason.ABORTED, False)],
)
def test_only_what_the_model_ended_is_whole(reason: FinishReason, whole: bool) -> None:
    assert Sample(0, "x", 1, 1, reason).is_whole is whole
