"""Candidates of `verifier.v1` to the service's own words: programs, and completions with one in them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from verifier.v1 import batch_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.enums import EXTRACTION_FROM_PROTO
from verifierd.api.convert.fields import chosen, identifier, known_enum, refuse_others, source_text, under
from verifierd.errors import InvalidField
from verifierd.judging.extraction import NoProgram, program_in
from verifierd.model import Candidate, GenerationCost

SEARCHED_SOURCES = 16
"""A completion is searched for a program up to so many times the size that a program may have."""

FenceTags = Mapping[str, frozenset[str]]
"""What models mark blocks with, by the name of the language that is in them."""


def candidate_from_proto(
    message: batch_pb2.Candidate, path: str, bounds: AdmissionLimits, tags: FenceTags
) -> Candidate:
    """Return one candidate; whether its language is known is checked elsewhere.

    What a model wrote is never a malformed request: a completion without a program that can be run is a
    candidate that lacks code.

    Raises:
        InvalidField: a field is malformed, missing, or not supported by this server.
    """
    refuse_others(message, path, "id", "language", "source", "completion", "generation")
    content = chosen(message, path, "content")
    candidate_id = identifier(message.id, under(path, "id"))
    language = identifier(message.language, under(path, "language"))
    generation = None
    if message.HasField("generation"):
        generation = _generation(message.generation, under(path, "generation"))
    if content == "source":
        source = source_text(message.source, under(path, "source"), bounds.max_source_bytes)
        return Candidate(candidate_id, language, source, generation)
    at = under(path, "completion")
    refuse_others(message.completion, at, "text", "extraction", "prefix")
    known_enum(message.completion.extraction, under(at, "extraction"), batch_pb2.CodeExtraction.DESCRIPTOR)
    prefix = source_text(message.completion.prefix, under(at, "prefix"), bounds.max_source_bytes)
    try:
        program = _program(message.completion, prefix, tags.get(language) or {language}, bounds)
    except NoProgram as why:
        return Candidate(candidate_id, language, "", generation, is_extracted=True, lacks_code=str(why))
    return Candidate(candidate_id, language, program, generation, is_extracted=True)


def _program(
    completion: batch_pb2.Completion, prefix: str, tags: frozenset[str] | set[str], bounds: AdmissionLimits
) -> str:
    """Return the program that a completion makes. Raises NoProgram."""
    searched_bytes = SEARCHED_SOURCES * bounds.max_source_bytes
    if len(completion.text) > searched_bytes:
        raise NoProgram(f"it is {len(completion.text)} bytes; searched are up to {searched_bytes}")
    try:
        text = completion.text.decode()
    except UnicodeDecodeError as error:
        raise NoProgram(f"its byte {error.start} is not UTF-8") from None
    found = program_in(text, tags, EXTRACTION_FROM_PROTO[completion.extraction])
    if not found.strip():
        raise NoProgram("the program in it is empty")
    try:
        return source_text((prefix + found).encode(), "", bounds.max_source_bytes)
    except InvalidField as refusal:
        raise NoProgram(f"the program in it cannot be run: {refusal.problem}") from None


def _generation(message: batch_pb2.GenerationCost, path: str) -> GenerationCost:
    refuse_others(message, path, "prompt_tokens", "completion_tokens", "usd")
    for name in ("prompt_tokens", "completion_tokens"):
        tokens: int = getattr(message, name)
        if tokens < 0:
            raise InvalidField(under(path, name), f"it is {tokens}", "0 or more")
    if not 0 <= message.usd < math.inf:
        raise InvalidField(under(path, "usd"), f"it is {message.usd}", "a finite number of 0 or more")
    return GenerationCost(
        prompt_tokens=message.prompt_tokens,
        completion_tokens=message.completion_tokens,
        usd=message.usd if message.HasField("usd") else None,
    )
