"""A program is found in what a model wrote as the evaluators of responses find it."""

from __future__ import annotations

import pytest

from verifierd.datasets.fenced import last_block


@pytest.mark.parametrize(
    ("response", "program"),
    [
        ("print(1)\n", "print(1)\n"),
        ("", ""),
        ("```python\nprint(1)\n```", "print(1)\n"),
        ("```\na\n```\nthen\n```cpp\nb\n```\n", "b\n"),
        ("```python\na\n```\nand\n```python\nunfinished", "a\n"),
        ("```python\nunfinished", "```python\nunfinished"),
        ("one `word` and ```inline``` text", "one `word` and ```inline``` text"),
        ("```py\n\ud800```", "\ud800"),
    ],
)
def test_the_last_block_that_is_closed_is_the_program(response: str, program: str) -> None:
    assert last_block(response) == program
