"""How much of a candidate's outputs its result carries: judged whole, they are handed on within a bound."""

from __future__ import annotations

from dataclasses import replace

from verifierd.model import ExecutionResult
from verifierd.model.sizes import bytes_of


class OutputAllowance:
    """What is left of the bytes that the outputs of one candidate may take together."""

    def __init__(self, left_bytes: int) -> None:
        self._left_bytes = left_bytes

    def cut(self, execution: ExecutionResult) -> ExecutionResult:
        """Return a result with its outputs cut to what is left; a value is carried whole or not at all."""
        stdout = self._take(execution.stdout)
        stderr = self._take(execution.stderr)
        actual = execution.actual
        if actual is not None:
            size_bytes = bytes_of(actual[0], self._left_bytes + 1)
            if size_bytes > self._left_bytes:
                actual = None
            else:
                self._left_bytes -= size_bytes
        unchanged = actual is execution.actual and len(stdout) == len(execution.stdout)
        if unchanged and len(stderr) == len(execution.stderr):
            return execution
        return replace(execution, stdout=stdout, stderr=stderr, actual=actual)

    def _take(self, output: bytes) -> bytes:
        taken = output[: self._left_bytes]
        self._left_bytes -= len(taken)
        return taken
