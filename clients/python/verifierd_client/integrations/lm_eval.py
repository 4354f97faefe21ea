"""lm-evaluation-harness: its code tasks as they are, or as a metric in tasks of your own, in sandboxes.

Its own tasks take `code_eval` from Hugging Face evaluate when they are loaded; `instead_of_code_eval` gives
them the service's while it is entered. On the command line:

    VERIFIERD_ADDRESS=127.0.0.1:50051 python -m verifierd_client.integrations.lm_eval run --tasks humaneval

In a task of your own, `utils.py` beside its YAML imports `pass_at_k`: `metric: !function utils.pass_at_k`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from verifierd_client.integrations.address import server_address
from verifierd_client.integrations.code_eval import CodeEval
from verifierd_client.integrations.scoring import Scorer


def pass_at_k(
    references: Sequence[str], predictions: Sequence[Sequence[str]], k: int | Sequence[int] = 1
) -> dict[str, float]:
    """Return `pass@k` for each k, on the server that VERIFIERD_ADDRESS names.

    Raises:
        NoVerdict: a candidate could not be judged.
    """
    figures, _ = CodeEval(server_address()).compute(
        references=references, predictions=predictions, k=[k] if isinstance(k, int) else k
    )
    return figures


@contextmanager
def instead_of_code_eval(scorer: Scorer | str) -> Iterator[CodeEval]:
    """Have `evaluate.load("code_eval")` give the service's metric, in this process, until the block ends.

    A task that is loaded meanwhile keeps it, as lm-eval keeps the module of a task.
    """
    import evaluate

    metric, load = CodeEval(scorer), evaluate.load

    def loaded(path: str, *args: Any, **kwargs: Any) -> Any:
        return metric if path == CodeEval.name else load(path, *args, **kwargs)

    evaluate.load = loaded
    try:
        yield metric
    finally:
        evaluate.load = load


def main() -> None:
    """Do what the command `lm_eval` does, with the arguments that it takes."""
    from lm_eval.__main__ import cli_evaluate

    with instead_of_code_eval(server_address()):
        cli_evaluate()


if __name__ == "__main__":
    main()
