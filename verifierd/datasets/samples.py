"""All samples of an evaluation: their texts in temporary files, a few numbers of each in memory."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from verifierd.datasets.adapter import Sample
from verifierd.datasets.spool import Spool


class Samples:
    """Samples by number, from 0, in the order they were taken. Use it in a `with` block."""

    def __init__(self) -> None:
        """Hold none."""
        self.of_task: dict[str, array[int]] = {}
        self._programs = Spool()
        self._fields = Spool()
        self._indices = array("q")
        self._languages: list[str] = []
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the temporary files."""
        self._programs.__exit__(kind, error, trace)
        self._fields.__exit__(kind, error, trace)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._languages)

    def take(self, samples: Iterable[Sample]) -> None:
        """Keep the samples. Raises what reading them raises."""
        for sample in samples:
            program = sample.program.encode("utf-8", "surrogatepass")
            number = self._programs.append(program)
            self._fields.append(json.dumps(dict(sample.fields)).encode())
            self._indices.append(sample.index)
            self._languages.append(sample.language)
            self.of_task.setdefault(sample.task_id, array("q")).append(number)
            head = [sample.task_id, sample.index, sample.language, len(program)]
            self._digest.update(json.dumps(head).encode() + program)

    def program(self, number: int) -> bytes:
        """Return the program of a sample."""
        return self._programs.get(number)

    def program_sha256(self, number: int) -> str:
        """Return the SHA-256 of a sample's program, in hexadecimal."""
        return hashlib.sha256(self.program(number)).hexdigest()

    def key(self, number: int) -> bytes:
        """Return what samples of one task share if they are the same program in the same language."""
        return hashlib.sha256(f"{self.language(number)}\n".encode() + self.program(number)).digest()

    def language(self, number: int) -> str:
        """Return the language of a sample's program."""
        return self._languages[number]

    def index(self, number: int) -> int:
        """Return the how-manieth sample of its task it is in its file."""
        return self._indices[number]

    def fields(self, number: int) -> Mapping[str, Any]:
        """Return all that the file says of a sample."""
        return dict(json.loads(self._fields.get(number)))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all that was taken, as hexadecimal digits."""
        return self._digest.hexdigest()
