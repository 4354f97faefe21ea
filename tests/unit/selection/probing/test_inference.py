from __future__ import annotations

import pytest

from verifierd.selection.probing.grammar import Block, Count, Counted, Fixed, Item, tree
from verifierd.selection.probing.inference import inferred
from verifierd.selection.probing.layout import document

SINGLE = Fixed((0,), 1, ())
PAIR = Fixed((0,), 2, (" ",))


@pytest.mark.parametrize(
    ("inputs", "grammar"),
    [
        (("2\n5 6\n", "3\n7 8 9\n"), (SINGLE, Counted((1,), 0, Count(((0,), 0)), " "))),
        (
            ("2\n5 6\n7 8\n", "1\n1 2\n"),
            (SINGLE, Block((1,), Count(((0,), 0)), (Fixed((1, 0), 2, (" ",)),))),
        ),
        (
            ("3\na\nb\n", "1\n", "2\nc\n"),
            (SINGLE, Block((1,), Count(((0,), 0), -1), (Fixed((1, 0), 1, ()),))),
        ),
        (
            ("2 3\n1 2 3\n4 5 6\n", "1 1\n0\n", "3 2\n1 2\n3 4\n5 6\n"),
            (PAIR, Block((1,), Count(((0,), 0)), (Counted((1, 0), 0, Count(((0,), 1)), " "),))),
        ),
        (
            ("2\n1\n5\n3\n1 2 3\n", "1\n2\n8 9\n"),
            (
                SINGLE,
                Block(
                    (1,),
                    Count(((0,), 0)),
                    (Fixed((1, 0), 1, ()), Counted((1, 1), 0, Count(((1, 0), 0)), " ")),
                ),
            ),
        ),
        (("1 2\n", "3 4\n5 6\n"), (Block((0,), None, (Fixed((0, 0), 2, (" ",)),)),)),
    ],
    ids=["numbers", "lines", "one line less", "matrix", "cases", "until the end"],
)
def test_the_grammar_says_what_the_counts_count(inputs: tuple[str, ...], grammar: tuple[Item, ...]) -> None:
    assert inferred([document(text) for text in inputs]) == grammar


def test_a_grammar_reads_all_examples_and_no_wrong_count() -> None:
    examples = [document(f"{n}\n" + "1 2\n" * n) for n in range(1, 30)]
    found = inferred(examples)
    assert found is not None
    assert all(tree(found, each.lines) is not None for each in examples)
    assert tree(found, document("3\n1 2\n1 2\n").lines) is None


def test_what_has_no_lines_has_no_grammar() -> None:
    assert inferred([]) is None
    assert inferred([document("\n\n")]) is None


@pytest.mark.parametrize(
    "text", ["", "\n", "a  b\t c \n\n x, y:z\n", "1\r\n2\r\n", " lead\ntrail \n\n\n", ",,\n;\n"]
)
def test_an_input_is_written_as_it_was_read(text: str) -> None:
    assert document(text).text() == text
