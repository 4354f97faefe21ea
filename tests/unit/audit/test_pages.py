"""A page's token stands for one place in one list, and whatever else is given for one is refused."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.audit.filters import BatchFilter, ExecutionFilter
from verifierd.audit.pages import Asked, BadPageToken, position_in, token_of
from verifierd.model import Verdict

numbers = st.integers(-(1 << 63), (1 << 63) - 1)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@given(numbers, texts)
def test_a_token_gives_its_position_back(number: int, text: str) -> None:
    wanted = BatchFilter(("queued",))
    assert position_in(token_of(wanted, number, text), wanted, int, str) == (number, text)


def test_the_first_page_has_no_position() -> None:
    assert position_in("", BatchFilter(), int) is None


@given(st.text(max_size=60))
def test_what_nobody_made_is_refused(token: str) -> None:
    if token:
        with pytest.raises(BadPageToken):
            position_in(token, BatchFilter(), int)


@pytest.mark.parametrize(
    "position", [[], ["1"], [1, 2], [1.5], [True], [None], [1 << 63], [[1]], {"a": 1}, 7]
)
def test_a_token_with_another_position_is_refused(position: object) -> None:
    mark, *_ = json.loads(base64.urlsafe_b64decode(token_of("list", 1) + "=="))
    form = [mark, *position] if isinstance(position, list) else position
    token = base64.urlsafe_b64encode(json.dumps(form).encode()).decode().rstrip("=")
    with pytest.raises(BadPageToken, match="no page token"):
        position_in(token, "list", int)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_no_database_takes_is_refused(text: str) -> None:
    mark, *_ = json.loads(base64.urlsafe_b64decode(token_of("list", 1) + "=="))
    token = base64.urlsafe_b64encode(json.dumps([mark, text]).encode()).decode().rstrip("=")
    with pytest.raises(BadPageToken):
        position_in(token, "list", str)


@pytest.mark.parametrize(
    "other",
    [
        ExecutionFilter(batch_id="a"),
        ExecutionFilter(problem_id="b"),
        ExecutionFilter(batch_id="b", verdicts=(Verdict.ACCEPTED,)),
        BatchFilter(),
    ],
)
def test_a_token_of_another_list_is_refused(other: object) -> None:
    token = token_of(ExecutionFilter(batch_id="b"), 1)
    with pytest.raises(BadPageToken, match="another filter"):
        position_in(token, other, int)


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_a_page_has_one_to_a_thousand_items(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        Asked(size)
