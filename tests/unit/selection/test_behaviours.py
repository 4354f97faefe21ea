from __future__ import annotations

from tests.unit.selection.results import WRONG, execution, result
from verifierd.judging.candidates import without_code
from verifierd.selection.behaviours import BehaviourTable
from verifierd.selection.standings import NOTHING


def test_equal_behaviour_has_an_equal_number_and_other_behaviour_another() -> None:
    table = BehaviourTable()
    table.add(0, result("a", execution(0, behaviour="x"), execution(1, behaviour="y")))
    table.add(1, result("b", execution(0, behaviour="x"), execution(1, behaviour="z")))
    table.add(2, result("c", execution(0, WRONG, "x"), execution(1, behaviour=None)))
    numbers = table.numbers([2, 0, 1])
    assert numbers.shape == (3, 2)
    assert numbers[1, 0] == numbers[2, 0] != numbers[0, 0]
    assert numbers[1, 1] != numbers[2, 1]
    assert numbers[0, 1] == NOTHING
    assert (numbers[1:] >= 0).all()


def test_who_ran_on_fewer_inputs_did_nothing_on_the_others() -> None:
    table = BehaviourTable()
    table.add(0, without_code("a", [True] * 2))
    table.add(1, result("b", execution(0, behaviour="x"), execution(1, behaviour="y")))
    table.add(2, result("c", execution(0, behaviour="x")))
    numbers = table.numbers([0, 1, 2])
    assert numbers.shape == (3, 2)
    assert list(numbers[0]) == [NOTHING, NOTHING]
    assert (numbers[2, 0], numbers[2, 1]) == (numbers[1, 0], NOTHING)


def test_what_passes_two_tests_has_not_given_two_answers_alike() -> None:
    table = BehaviourTable()
    table.add(0, result("a", execution(0, behaviour="passed"), execution(1, behaviour="passed")))
    first, second = table.numbers([0])[0]
    assert first != second


def test_numbers_cannot_be_foreseen() -> None:
    rows = []
    for _ in range(2):
        table = BehaviourTable()
        table.add(0, result("a", execution(0, behaviour="x")))
        rows.append(table.numbers([0])[0, 0])
    assert rows[0] != rows[1]


def test_a_table_of_nobody_has_no_rows() -> None:
    assert BehaviourTable().numbers([]).shape[0] == 0
