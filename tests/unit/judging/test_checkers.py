from __future__ import annotations

import pytest

from verifierd.errors import InvalidField
from verifierd.judging.checkers import CHECKERS, available, choose
from verifierd.model import AssertsTest, CallTest, CheckerSpec, StdioTest


def test_no_name_chooses_the_default_of_each_kind() -> None:
    chosen = choose(CheckerSpec(), (StdioTest, CallTest, AssertsTest))
    assert {kind: checker.label for kind, checker in chosen.items()} == {
        StdioTest: "tokens@1",
        CallTest: "exact@1",
    }


def test_a_name_judges_the_kinds_it_is_made_for_and_the_others_have_their_default() -> None:
    chosen = choose(CheckerSpec("lines"), (CallTest, StdioTest))
    assert chosen[StdioTest].name == "lines"
    assert chosen[CallTest].name == "exact"


@pytest.mark.parametrize(
    ("spec", "kinds", "field", "allowed"),
    [
        (
            CheckerSpec("tokenz"),
            (StdioTest,),
            "checker.name",
            "tokens, lines, exact, float, unordered, json",
        ),
        (CheckerSpec("lines"), (CallTest,), "checker.name", "exact, float, unordered, livecodebench"),
        (CheckerSpec("exact"), (AssertsTest,), "checker.name", "leave it out"),
        (CheckerSpec("exact", {"abs": "1"}), (StdioTest,), "checker.params['abs']", "no parameters"),
        (CheckerSpec("float", {"eps": "1"}), (CallTest,), "checker.params['eps']", "abs, rel"),
    ],
)
def test_what_does_not_fit_is_refused_naming_the_field_and_what_is_allowed(
    spec: CheckerSpec, kinds: tuple[type, ...], field: str, allowed: str
) -> None:
    with pytest.raises(InvalidField) as caught:
        choose(spec, kinds)
    assert caught.value.field == field
    assert allowed in caught.value.allowed


def test_every_checker_is_listed_and_every_kind_has_one_default() -> None:
    listed = available()
    assert {info.name for info in listed} == {name for by_name in CHECKERS.values() for name in by_name}
    defaults = [kind for info in listed for kind in info.default_for]
    assert sorted(defaults) == ["answer", "call", "files", "stdio"]
    assert all(info.default_for <= info.test_kinds for info in listed)


def test_a_checker_is_registered_under_its_own_name_with_a_version() -> None:
    for by_name in CHECKERS.values():
        for name, checker in by_name.items():
            assert checker.name == name
            assert checker.version >= 1
