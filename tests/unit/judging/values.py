"""Typed values of every kind, for hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 2)
    | st.floats()
    | st.sampled_from([0.0, -0.0, 1.0, float("nan")])
    | st.complex_numbers()
    | st.text(max_size=3)
    | st.binary(max_size=3)
)

_hashable = st.recursive(
    scalars,
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3),
    max_leaves=4,
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.sets(_hashable, max_size=3)
        | st.frozensets(_hashable, max_size=3)
        | st.dictionaries(_hashable, inner, max_size=3)
    )


values: st.SearchStrategy[Any] = st.recursive(scalars, _containers, max_leaves=8)
