"""Programs are one where only comments and layout differ, and two where anything else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifierd.export.programs import language_tag, normal_key

PYTHON = '''def f(x):
    """Add one."""
    y = x + 1  # more
    return "# no comment" if y else y
'''


@pytest.mark.parametrize(
    "other",
    [
        'def f(x):\n  """Another."""\n  y = x+1\n\n  return "# no comment" if y else y',
        'def f(x):\n\ty = (x +\n1)\n\treturn "# no comment" if y else y\n'.replace("(x +\n1)", "x + 1"),
        PYTHON.replace("\n", "\r\n"),
        f'"""A module."""\n# first\n\n{PYTHON}\n\n# last\n',
    ],
    ids=["blanks", "tabs", "line ends", "comments"],
)
def test_python_is_the_same_however_it_is_laid_out(other: str) -> None:
    assert normal_key(other, "python") == normal_key(PYTHON, "python")
    assert normal_key(other, "pypy") == normal_key(PYTHON, "pypy")


@pytest.mark.parametrize(
    "other",
    [
        PYTHON.replace("x + 1", "1 + x"),
        PYTHON.replace("y", "z"),
        PYTHON.replace("# no comment", "#no comment"),
        PYTHON.replace("    return", "return"),
        PYTHON + "f",
    ],
    ids=["order", "names", "text", "block", "more"],
)
def test_python_that_says_something_else_is_another_program(other: str) -> None:
    assert normal_key(other, "python") != normal_key(PYTHON, "python")


def test_a_text_that_is_used_is_no_docstring() -> None:
    assert normal_key('x = "a"\n', "python") != normal_key('x = "b"\n', "python")
    assert normal_key('print(\n"a"\n)\n', "python") != normal_key('print(\n"b"\n)\n', "python")
    assert normal_key('"a".join([])\n', "python") != normal_key('"b".join([])\n', "python")
    assert normal_key('if x:\n    "a"\n    y\n', "python") == normal_key('if x:\n    "b"\n    y\n', "python")


@pytest.mark.parametrize(
    ("language", "program", "same", "other"),
    [
        ("cpp17", "int f(){return 1;} // one\n", "/* a */ int f ( ) {\nreturn 1;}", "int f(){return 2;}"),
        ("cpp20", "#include <a>\nint x;", "#include <a>\n\nint x; // x", "#include <b>\nint x;"),
        ("java", "int x = 1; // a", "int x = 1; /** b */", 'String x = "// a";'),
        ("rust", "fn f() {} // a", "fn f() {}", "fn g() {}"),
        ("go", 'a := "// x" // y', 'a := "// x"', 'a := "// z"'),
        ("text", "The answer\n is 4", "The answer is 4", "The answer is 5"),
    ],
)
def test_other_languages_are_told_apart_without_their_comments(
    language: str, program: str, same: str, other: str
) -> None:
    key = normal_key(program, language)
    assert normal_key(same, language) == key != normal_key(other, language)


def test_languages_are_never_one_program() -> None:
    assert normal_key("x", "go") != normal_key("x", "rust")


@given(st.text(), st.sampled_from(["python", "cpp17", "text", "no language"]))
def test_any_text_has_a_key_and_always_the_same(program: str, language: str) -> None:
    assert normal_key(program, language) == normal_key(program, language)


@pytest.mark.parametrize(
    "nested", ["(" * 20_000, "[" * 90_000 + "]" * 90_000, "if x:\n " * 300, "'" * 3, "\0"]
)
def test_hostile_programs_cost_no_more_than_an_answer(nested: str) -> None:
    assert normal_key(nested, "python")


def test_markdown_knows_the_languages() -> None:
    tags = {name: language_tag(name) for name in ("cpp17", "cpp20", "pypy", "python", "c", "typescript")}
    assert tags == {
        "cpp17": "cpp",
        "cpp20": "cpp",
        "pypy": "python",
        "python": "python",
        "c": "c",
        "typescript": "typescript",
    }
