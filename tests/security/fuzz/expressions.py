"""Trees that no reader of answers wrote: an expression, or `NotAnExpression`; no text of them is parsed."""

from __future__ import annotations

from typing import Any
from unittest import mock

import sympy
from hypothesis import strategies as st

from sandboxes.inside.expressions import BY_NAME, CONSTANTS, NotAnExpression, decode

from .search import Property

CODE = "__import__('os').abort()"
ATOMS = ("integer", "rational", "float", "symbol", "name", "truth", "constant")
OTHERS = ("function", "matrix", "written FiniteSet", "written And", "Lambda", CODE)
names = st.sampled_from([*BY_NAME, *CONSTANTS, *ATOMS, *OTHERS])
atoms = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from([10**30, CODE, "0x2", "-0xff", "x", "", "\ud800", "x" * 300])
    | st.dictionaries(st.sampled_from(["real", "integer", CODE]), st.booleans(), max_size=2)
)
trees: st.SearchStrategy[Any] = st.recursive(
    atoms,
    lambda parts: (
        st.builds(lambda name, rest: [name, *rest], names, st.lists(parts, max_size=4)) | st.lists(parts)
    ),
    max_leaves=14,
)


def check_tree(tree: Any) -> None:
    """Read a tree, where nothing may be parsed."""
    parsed = mock.Mock(side_effect=AssertionError("a text of the tree was parsed"))
    with mock.patch("sympy.parsing.sympy_parser.parse_expr", parsed):
        try:
            read = decode(tree)
        except NotAnExpression:
            return
    assert isinstance(read, sympy.Basic | sympy.MatrixBase), f"{type(read).__name__} came of it"


FORGED_TREE = Property("expressions, forged trees", trees, check_tree)
