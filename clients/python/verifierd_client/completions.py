"""What a model wrote, as a candidate: the server finds the program in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifierd_client.problems import Generation


class Extraction(Enum):
    """Which part of a completion is the program.

    LAST_BLOCK is the last block between fences that is in the candidate's language, else the last one that
    names no language; FIRST_BLOCK the first such one. WHOLE_TEXT is for models that write nothing but code.
    """

    LAST_BLOCK = "LAST_BLOCK"
    FIRST_BLOCK = "FIRST_BLOCK"
    WHOLE_TEXT = "WHOLE_TEXT"


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's words. A completion without a program is judged NO_CODE, whatever else is in it.

    Attributes:
        text: as the model wrote it; bytes go to the server as they are.
        language: that of the program wanted.
        id: names it in its batch; empty: its position.
        extraction: which part is the program.
        prefix: put before the program, such as the prompt that the model went on from.
        generation: what drawing it cost.
    """

    text: str | bytes
    language: str = "python"
    id: str = ""
    extraction: Extraction = Extraction.LAST_BLOCK
    prefix: str = ""
    generation: Generation | None = None
