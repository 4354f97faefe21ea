from __future__ import annotations

import pytest

from verifierd import model
from verifierd.model import AssertsTest, CallProbe, CallTest, ProbeInput, StdinProbe, StdioTest
from verifierd.selection.probing.identity import input_identity
from verifierd.selection.probing.probes import probes_for

STDIO = tuple(
    model.TestCase(f"s{index}", StdioTest(text, b""))
    for index, text in enumerate((b"2\n5 6\n", b"3\n7 8 1\n"))
)
CALLS = tuple(model.TestCase(f"c{n}", CallTest("f", (n,), {}, None)) for n in (1, 5, 30))


def given_inputs(*inputs: bytes) -> list[ProbeInput]:
    return [ProbeInput(f"g{index}", StdinProbe(stdin)) for index, stdin in enumerate(inputs)]


def test_given_probes_come_first_and_keep_their_ids() -> None:
    given = given_inputs(b"1\n1\n", b"9\n")
    probes = probes_for(STDIO, given, 10, seed=0)
    assert probes[:2] == tuple(given)
    assert [probe.id for probe in probes[2:]] == [f"mutated-{number}" for number in range(1, 9)]


def test_what_is_made_is_no_test_and_nothing_given() -> None:
    taken = [probe.body for probe in probes_for(STDIO, [], 10, seed=0)]
    given = [ProbeInput(f"g{index}", body) for index, body in enumerate(taken)]
    probes = probes_for(STDIO, given, 20, seed=0)
    contents = [input_identity(probe.body) for probe in probes]
    assert len(probes) == 20
    assert len(set(contents)) == 20
    assert not set(contents) & {
        input_identity(test.body) for test in STDIO if isinstance(test.body, StdioTest)
    }


def test_of_equal_given_ones_the_first_stays() -> None:
    probes = probes_for([], given_inputs(b"1\n", b"2\n", b"1\n"), 2, seed=0)
    assert [probe.id for probe in probes] == ["g0", "g1"]


def test_a_given_probe_may_be_what_a_test_has() -> None:
    given = given_inputs(b"2\n5 6\n")
    assert probes_for(STDIO, given, 1, seed=0) == tuple(given)


def test_ids_collide_with_none() -> None:
    tests = [model.TestCase("mutated-1", STDIO[0].body), STDIO[1]]
    given = [ProbeInput("mutated-3", StdinProbe(b"x"))]
    assert [probe.id for probe in probes_for(tests, given, 4, seed=0)] == [
        "mutated-3",
        "mutated-2",
        "mutated-4",
        "mutated-5",
    ]


def test_each_kind_of_test_has_its_share() -> None:
    bodies = [probe.body for probe in probes_for([*STDIO, *CALLS], [], 10, seed=0)]
    assert [type(body) for body in bodies] == [StdinProbe] * 4 + [CallProbe] * 6


def test_tests_of_other_kinds_make_no_probes() -> None:
    given = given_inputs(b"1\n")
    assert probes_for([model.TestCase("a", AssertsTest("assert f(1) == 1"))], given, 9, seed=0) == tuple(
        given
    )
    assert probes_for([], [], 9, seed=0) == ()


def test_a_seed_gives_the_same_probes() -> None:
    assert probes_for(CALLS, [], 10, seed=4) == probes_for(CALLS, [], 10, seed=4)
    assert probes_for(CALLS, [], 10, seed=4) != probes_for(CALLS, [], 10, seed=5)


def test_more_given_than_wanted_are_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="at_most is 1; it must be at least 2"):
        probes_for(STDIO, given_inputs(b"1\n", b"2\n"), 1, seed=0)
    with pytest.raises(ValueError, match="at_most is -1"):
        probes_for(STDIO, [], -1, seed=0)


def test_one_id_twice_is_refused() -> None:
    given = [ProbeInput("g", StdinProbe(b"1")), ProbeInput("g", StdinProbe(b"2"))]
    with pytest.raises(ValueError, match=r"given\[1\].id is 'g'"):
        probes_for(STDIO, given, 9, seed=0)
