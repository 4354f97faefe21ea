"""The line of a value is found however the JSON text is laid out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.datasets.positions import line_of

TEXT = """{
  "id": "a \\" } ] , :",
  "tests": [
    {"id": "x", "stdio": {"stdin": "{[,",
      "expected_stdout": ""}},
    {},

    {"id":
       "y"}
  ]
}
"""


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ((), 1),
        (("id",), 2),
        (("tests",), 3),
        (("tests", 0, "stdio", "expected_stdout"), 5),
        (("tests", 1), 6),
        (("tests", 2, "id"), 9),
        (("tests", 2, "absent"), 8),
        (("tests", 7), 3),
        (("absent", 0), 1),
    ],
)
def test_the_way_leads_to_its_line(way: tuple[str | int, ...], line: int) -> None:
    assert line_of(TEXT, way) == line


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(before=JSON_VALUES, after=JSON_VALUES)
def test_neighbours_of_any_shape_do_not_lead_astray(before: object, after: object) -> None:
    text = json.dumps({"a": [before, before], "b": {"wanted\n": "#", "more": after}}, indent=2)
    assert text.splitlines()[line_of(text, ("b", "wanted\n")) - 1].endswith('"#",')
