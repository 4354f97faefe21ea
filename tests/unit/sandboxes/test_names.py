"""Which names of a test program are the candidate's."""

from __future__ import annotations

import pytest

from sandboxes.inside.names import FreeNames, free_names


@pytest.mark.parametrize(
    ("source", "of_candidate", "modules"),
    [
        ("assert f(1) == 1", ["f"], []),
        ("def check(f):\n    assert f(1)\ncheck(f)", ["f"], []),
        ("def check():\n    f = 1\ncheck()\nassert f", ["f"], []),
        ("def check(c): assert c(1)\ncheck(sort_it)", ["sort_it"], []),
        ("import math\nassert math.isclose(f(), 1)", ["f"], []),
        ("assert math.isclose(f(), 1)", ["f"], ["math"]),
        ("assert string(1)", ["string"], []),
        ("assert sum(f()) == 1", ["f"], []),
        ("from math import pi as tau\nassert f(tau)", ["f"], []),
        ("class T:\n    limit = LIMIT\n    def run(self): return f(self)\nT().run()", ["LIMIT", "f"], []),
        ("for i in range(3): assert f(i)", ["f"], []),
        ("assert [g(x) for x in f()]", ["f", "g"], []),
        ("def setup():\n    global made\n    made = 1\nsetup()\nassert f(made)", ["f"], []),
        ("assert (lambda f: f(1))(g)", ["g"], []),
        ("try:\n    f()\nexcept Bad as error:\n    assert error.args", ["Bad", "f"], []),
    ],
)
def test_free_names_follow_pythons_scopes(source: str, of_candidate: list[str], modules: list[str]) -> None:
    assert free_names(source, []) == FreeNames(of_candidate, modules)


def test_a_named_builtin_or_module_is_the_candidates() -> None:
    assert free_names("assert sum(math.x)", ["sum", "math"]) == FreeNames(["math", "sum"], [])
