"""What evaluators import for a program is there for it, and costs nothing where it is not used."""

from __future__ import annotations

import ast

import pytest

from verifierd.datasets import preludes

ALL = {
    "apps": preludes.APPS,
    "lcb": preludes.LIVECODEBENCH,
    "prime": preludes.PRIME,
    "one": preludes.SYNTHETIC1,
}


def ran(program: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(program, names)  # noqa: S102 - written here
    return names


@pytest.mark.parametrize("prelude", ALL.values(), ids=ALL)
def test_an_annotation_needs_no_import(prelude: str) -> None:
    names = ran(preludes.behind(prelude)("def f(a: List[int]) -> Tuple[int, int]:\n    return a[0], a[1]\n"))
    assert names["f"]([3, 4]) == (3, 4)  # type: ignore[operator]


@pytest.mark.parametrize("prelude", (preludes.APPS, preludes.LIVECODEBENCH, preludes.PRIME))
def test_modules_and_their_names_are_there(prelude: str) -> None:
    program = "heap = []\nheappush(heap, math.gcd(8, 12))\nseen = defaultdict(int)\n"
    assert ran(preludes.behind(prelude)(program))["heap"] == [4]


def test_an_import_that_nothing_mentions_is_left_out() -> None:
    assert "numpy" not in preludes.behind(preludes.APPS)("print(1)\n")
    assert "import numpy as np\n" in preludes.behind(preludes.APPS)("print(np.sum([1]))\n")


def test_the_recursion_limit_is_set_whatever_the_program_mentions() -> None:
    assert "sys.setrecursionlimit(50000)" in preludes.behind(preludes.LIVECODEBENCH)("pass\n")
    assert "import sys; sys.setrecursionlimit(600000)" in preludes.behind(preludes.PRIME)("pass\n")


def test_future_imports_stay_first() -> None:
    program = (
        "# a comment\nfrom __future__ import annotations\nfrom __future__ import division\nx: Nope = 1\n"
    )
    assert ran(preludes.behind(preludes.APPS)(program))["x"] == 1


def test_a_program_s_own_names_go_before() -> None:
    program = "def gcd(a, b):\n    return 'mine'\nmine = gcd(1, 2)\n"
    assert ran(preludes.behind(preludes.LIVECODEBENCH)(program))["mine"] == "mine"


@pytest.mark.parametrize(
    "program", ["", "def broken(:\n", "from __future__ import nothing", "\x00", "\ud800"]
)
def test_any_text_is_taken(program: str) -> None:
    assert preludes.behind(preludes.APPS)(program).endswith(program)


@pytest.mark.parametrize("prelude", ALL.values(), ids=ALL)
def test_a_prelude_is_python(prelude: str) -> None:
    assert ast.parse(prelude).body
