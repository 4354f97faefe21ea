"""Candidates, in any form in which they may be given, to messages of `verifier.v1`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifier.v1 import batch_pb2
from verifierd_client._writing import count, kind_of, utf8
from verifierd_client.completions import Completion, Extraction
from verifierd_client.errors import NotACandidate
from verifierd_client.problems import Candidate, Generation

Program = Candidate | Completion | str | bytes
_EXTRACTIONS = {
    Extraction.LAST_BLOCK: batch_pb2.CODE_EXTRACTION_LAST_BLOCK,
    Extraction.FIRST_BLOCK: batch_pb2.CODE_EXTRACTION_FIRST_BLOCK,
    Extraction.WHOLE_TEXT: batch_pb2.CODE_EXTRACTION_WHOLE_TEXT,
}


def listed(candidates: Iterable[Program]) -> list[Candidate | Completion]:
    """Return all candidates, each as a Candidate or a Completion.

    Raises:
        NotACandidate: they are one program rather than a list of them, or one of them is no program.
    """
    if isinstance(candidates, str | bytes | Candidate | Completion | Mapping) or not isinstance(
        candidates, Iterable
    ):
        raise NotACandidate(
            f"candidates must be a list (or another iterable) of programs, and is {kind_of(candidates)}; "
            "put a single program in a list: [program]"
        )
    return [checked(each, index) for index, each in enumerate(candidates)]


def checked(program: Program, index: int) -> Candidate | Completion:
    """Return the program at a position as a Candidate or a Completion. Raises NotACandidate for neither."""
    if isinstance(program, str | bytes):
        return Candidate(program)
    if not isinstance(program, Candidate | Completion):
        raise NotACandidate(
            f"candidate {index} is {kind_of(program)}; "
            "allowed: source text as str or bytes, a Candidate or a Completion"
        )
    name, text = ("source", program.source) if isinstance(program, Candidate) else ("text", program.text)
    if not isinstance(text, str | bytes):
        raise NotACandidate(
            f"candidate {index}: {name} must be str or bytes, and is {kind_of(text)}; "
            f"an empty {name} is judged NO_CODE"
        )
    for name in ("language", "id"):
        if not isinstance(value := getattr(program, name), str):
            raise NotACandidate(f"candidate {index}: {name} must be a str, and is {kind_of(value)}")
    if isinstance(program, Completion):
        _check_completion(program, index)
    return program


def _check_completion(completion: Completion, index: int) -> None:
    if not isinstance(completion.prefix, str):
        raise NotACandidate(f"candidate {index}: prefix must be a str, and is {kind_of(completion.prefix)}")
    if not isinstance(completion.extraction, Extraction):
        raise NotACandidate(
            f"candidate {index}: extraction must be an Extraction, and is {kind_of(completion.extraction)}"
        )


def write_candidate(candidate: Candidate | Completion, index: int) -> batch_pb2.Candidate:
    """Return the message of a candidate, which is named by its position where it has no id."""
    message = batch_pb2.Candidate(id=candidate.id or str(index), language=candidate.language)
    if isinstance(candidate, Completion):
        message.completion.text = utf8(candidate.text)
        message.completion.extraction = _EXTRACTIONS[candidate.extraction]
        message.completion.prefix = utf8(candidate.prefix)
    else:
        message.source = utf8(candidate.source)
    if candidate.generation is not None:
        _write_generation(candidate.generation, message.generation, f"candidate {message.id!r}")
    return message


def _write_generation(generation: Generation, message: batch_pb2.GenerationCost, of: str) -> None:
    message.prompt_tokens = count(generation.prompt_tokens, f"Generation.prompt_tokens of {of}") or 0
    message.completion_tokens = (
        count(generation.completion_tokens, f"Generation.completion_tokens of {of}") or 0
    )
    if generation.usd is not None:
        message.usd = generation.usd
    message.SetInParent()
