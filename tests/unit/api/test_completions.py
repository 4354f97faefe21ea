"""What a model wrote is never a malformed request: it has a program in it, or it is said why none."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.api.fakes import ABILITIES, Serving
from tests.unit.api.requests import good_request
from verifier.v1 import batch_pb2, result_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifierd.api.convert.candidates import SEARCHED_SOURCES, candidate_from_proto
from verifierd.errors import InvalidField
from verifierd.model import Candidate

BOUNDS = ABILITIES.bounds
FENCED = b"Here:\n```python\nprint(1)\n```\n"


def _read(completion: batch_pb2.Completion, language: str = "python") -> Candidate:
    message = batch_pb2.Candidate(id="c", language=language, completion=completion)
    return candidate_from_proto(message, "candidate", BOUNDS, ABILITIES.fence_tags)


def test_the_prefix_stands_before_the_program() -> None:
    read = _read(batch_pb2.Completion(text=FENCED, prefix=b"import os\n"))
    assert read.source == "import os\nprint(1)\n"
    assert read.is_extracted
    assert not read.lacks_code


def test_the_whole_text_is_the_program_where_that_is_asked_for() -> None:
    whole = batch_pb2.CODE_EXTRACTION_WHOLE_TEXT
    assert _read(batch_pb2.Completion(text=b" x", extraction=whole, prefix=b"if a:\n")).source == "if a:\n x"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "no fenced code block"),
        (b"```python\n \n```", "the program in it is empty"),
        (b"\xff" + FENCED, "byte 0 is not UTF-8"),
        (b"```python\nx = '\0'\n```", "byte 15 is NUL"),
        (b"```python\n" + b"x" * BOUNDS.max_source_bytes + b"\n```", "it is 65547 bytes"),
        (b"x" * (SEARCHED_SOURCES * BOUNDS.max_source_bytes + 1), "searched are up to"),
    ],
)
def test_a_completion_without_a_program_that_can_run_lacks_code(text: bytes, why: str) -> None:
    read = _read(batch_pb2.Completion(text=text, prefix=b"import os\n"))
    assert read.source == ""
    assert read.is_extracted
    assert read.lacks_code
    assert re.search(why, read.lacks_code)


def test_a_language_that_nobody_knows_is_not_this_modules_to_refuse() -> None:
    assert _read(batch_pb2.Completion(text=b"```klingon\nQapla\n```"), "klingon").source == "Qapla\n"


@pytest.mark.parametrize(
    ("completion", "field"),
    [
        (batch_pb2.Completion(text=FENCED, extraction=99), "candidate.completion.extraction"),  # type: ignore[arg-type]
        (batch_pb2.Completion(text=FENCED, prefix=b"\xff"), "candidate.completion.prefix"),
    ],
)
def test_what_the_caller_wrote_is_refused_by_its_field(completion: batch_pb2.Completion, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        _read(completion)
    assert refused.value.field == field


@pytest.mark.anyio
async def test_the_program_that_was_judged_comes_back(served: Serving) -> None:
    request = good_request(1)
    request.candidates[0].completion.text = FENCED
    events = [response.event async for response in served.stub.Verify(request)]
    assert events[1].candidate_finished.result.extracted_source == b"print(1)\n"
    assert served.engine.candidates[0].source == "print(1)\n"


@pytest.mark.anyio
async def test_word_of_a_candidate_given_up_reaches_the_engine(served: Serving) -> None:
    closed = good_request(1)
    call: Any = served.stub.VerifyStream(None)
    await call.write(wire.VerifyStreamRequest(open=wire.OpenBatch(batch=closed.batch)))
    await call.write(wire.VerifyStreamRequest(candidate=closed.candidates[0]))
    accepted, judged = await call.read(), await call.read()
    assert judged.event.candidate_finished.result.verdict == result_pb2.VERDICT_ACCEPTED
    await call.write(wire.VerifyStreamRequest(cancel=wire.CancelCandidate(candidate_id="c0")))
    await call.done_writing()
    last = await call.read()
    assert last.event.WhichOneof("event") == "batch_finished"
    assert served.engine.given_up == [(accepted.event.batch_accepted.batch_id, "c0")]
