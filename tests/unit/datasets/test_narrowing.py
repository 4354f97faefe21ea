"""A part of a set is its first problems, or those samples and problems that are in a language."""

from __future__ import annotations

import pytest

import verifierd_client as client
from verifierd.datasets.adapter import Sample
from verifierd.datasets.languages import language_named
from verifierd.datasets.narrowing import Narrowing
from verifierd.datasets.task import Task

ASSERTS, STDIO = client.AssertsTest("assert f()"), client.StdioTest("", "")
TASKS = {
    name: Task(name, "p:1", client.Problem(name, [test]), language)
    for name, test, language in (
        ("a", ASSERTS, "java"),
        ("b", ASSERTS, "python"),
        ("c", STDIO, "python"),
        ("d", ASSERTS, "java"),
    )
}
SAMPLES = [
    Sample(task_id, 0, "", language)
    for task_id, language in (("a", "java"), ("b", "python"), ("c", "java"), ("c", "python"), ("d", "java"))
]


@pytest.mark.parametrize(
    ("narrowing", "tasks", "samples"),
    [
        (Narrowing(), "abcd", "a/java b/python c/java c/python d/java"),
        (Narrowing(limit=2), "ab", "a/java b/python"),
        (Narrowing(limit=9), "abcd", "a/java b/python c/java c/python d/java"),
        (Narrowing(frozenset({"java"})), "acd", "a/java c/java d/java"),
        (Narrowing(frozenset({"java"}), limit=2), "ac", "a/java c/java"),
        (Narrowing(frozenset({"go"})), "c", ""),
    ],
)
def test_what_is_wanted_is_left(narrowing: Narrowing, tasks: str, samples: str) -> None:
    left = narrowing.tasks(TASKS)
    assert "".join(left) == tasks
    found = [f"{each.task_id}/{each.language}" for each in narrowing.samples(SAMPLES, left)]
    assert " ".join(found) == samples


@pytest.mark.parametrize(
    ("published", "ours"),
    [("PYTHON3", "python"), ("CPP", "cpp17"), ("js", "javascript"), ("Go", "go"), (" rs ", "rust")],
)
def test_the_names_that_sets_give_to_languages_are_the_service_s(published: str, ours: str) -> None:
    assert language_named(published) == ours
