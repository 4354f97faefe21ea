from __future__ import annotations

from tests.unit.report.results import RIGHT, WRONG, a_set, sample
from verifierd.datasets.results import SampleResult
from verifierd.report.absent import Absent
from verifierd.report.samples import gathered
from verifierd.report.suites import SuiteFigures, TaskSuite, suite_figures
from verifierd_client import Verdict


def figures_of(*results: SampleResult) -> SuiteFigures:
    found = suite_figures(gathered(results))
    assert isinstance(found, SuiteFigures)
    return found


def suite_of(*failed: str, tests_total: int = 3) -> TaskSuite:
    """The suite of a task whose samples failed these tests, a letter each; none: a right sample."""
    results = [
        sample(index, WRONG if names else RIGHT, failed_tests=tuple(names), tests_total=tests_total)
        for index, names in enumerate(failed)
    ]
    (suite,) = figures_of(*results).tasks
    return suite


def test_tests_say_what_they_reject_and_what_no_other_does() -> None:
    failed = ["", "a", "a", "ab", "abc", "c"]
    suite = suite_of(*failed, tests_total=5)
    found = {each.test_id: (each.rejected, each.rejected_alone) for each in suite.report.tests}
    assert found == {
        test: (sum(test in each for each in failed), sum(each == test for each in failed)) for test in "abc"
    }
    assert (suite.samples, suite.wrong, suite.tests, suite.unfailed) == (6, 5, 5, 2)


def test_copies_of_a_program_are_samples_too() -> None:
    first = sample(0, WRONG, failed_tests=("a",))
    copy = sample(1, WRONG, failed_tests=("a",), duplicate_of=0)
    (suite,) = figures_of(first, copy, sample(2, failed_tests=())).tasks
    assert (suite.samples, suite.wrong) == (3, 2)
    assert [(each.rejected, each.rejected_alone) for each in suite.report.tests] == [(2, 2)]


def test_a_sample_that_came_to_no_test_is_rejected_by_all() -> None:
    broken = sample(1, Verdict.COMPILE_ERROR, failed_tests=(), failed_test=None)
    (suite,) = figures_of(sample(0, WRONG, failed_tests=("a", "b")), broken).tasks
    assert (suite.samples, suite.wrong) == (2, 2)
    assert {each.test_id: each.rejected for each in suite.report.tests} == {"a": 2, "b": 2}


def test_a_test_is_redundant_where_the_same_samples_are_accepted_without_it() -> None:
    figures = figures_of(*(sample(n, WRONG, failed_tests=names) for n, names in enumerate(["ab", "ab", "a"])))
    assert (figures.tests, figures.redundant) == (3, 2)


def test_a_name_of_a_test_is_never_taken_for_another() -> None:
    suite = suite_of("", tests_total=2)
    assert (suite.tests, suite.unfailed, suite.report.tests) == (2, 2, ())
    hostile = sample(0, WRONG, failed_tests=("unnamed 0", "unnamed 2"), tests_total=4)
    (suite,) = figures_of(hostile).tasks
    assert sorted(each.test_id for each in suite.report.tests) == ["unnamed 0", "unnamed 2"]
    assert (suite.tests, suite.unfailed) == (4, 2)


def test_tasks_that_do_not_tell_all_are_left_out() -> None:
    stopped = sample(0, WRONG, "T/1")
    endless = sample(0, WRONG, "T/2", failed_tests=("a",), tests_total=2**50)
    testless = sample(0, RIGHT, "T/3", failed_tests=(), tests_total=0)
    figures = figures_of(sample(0, WRONG, failed_tests=("a",)), stopped, endless, testless)
    assert ([task.task_id for task in figures.tasks], figures.left_out) == (["T/0"], 3)


def test_the_weakest_suite_comes_first() -> None:
    rates = [task.report.false_positive_rate for task in figures_of(*a_set()).tasks]
    values = [-1.0 if rate is None else rate.value for rate in rates]
    assert values == sorted(values, reverse=True)


def test_a_set_that_names_no_failed_tests_says_how_to_get_them() -> None:
    found = suite_figures(gathered([sample(0), sample(1, WRONG)]))
    assert isinstance(found, Absent)
    assert "--all-tests" in found.absent
