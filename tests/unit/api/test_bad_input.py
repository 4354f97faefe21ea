"""Every kind of bad input is refused by name and range, logged once, and the server goes on serving."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio
from structlog.testing import capture_logs

from tests.unit.api.fakes import INVALID, Serving, details_of
from tests.unit.api.requests import good_request
from verifier.v1 import batch_pb2, problem_pb2, values_pb2
from verifier.v1 import verifier_service_pb2 as wire
from verifier.v1.status_pb2 import BadRequest, ErrorInfo

pytestmark = pytest.mark.anyio

Spoil = Callable[[wire.VerifyRequest], object]
Value = values_pb2.Value


def _test(request: wire.VerifyRequest, index: int = 0) -> problem_pb2.TestCase:
    return request.batch.problem.tests[index]


def _probes(request: wire.VerifyRequest) -> problem_pb2.Probes:
    return request.batch.problem.probes


def _only_asserts(request: wire.VerifyRequest, probes: problem_pb2.Probes) -> None:
    problem = request.batch.problem
    del problem.tests[1:]
    problem.tests[0].asserts.source = b"assert True"
    problem.probes.CopyFrom(probes)


def _limits(**limits: Any) -> Spoil:
    return lambda r: r.batch.problem.limits.MergeFrom(problem_pb2.Limits(**limits))


def _cpu(seconds: int, nanos: int = 0) -> Spoil:
    duration = Duration(seconds=seconds, nanos=nanos)
    return lambda r: r.batch.problem.limits.cpu_time.CopyFrom(duration)


def _stop(**rule: object) -> Spoil:
    return lambda r: r.batch.options.stop_when.append(batch_pb2.StopRule(**rule))  # type: ignore[arg-type]


def _judging_nobody(request: wire.VerifyRequest, **rule: object) -> None:
    for test in request.batch.problem.tests:
        test.role = problem_pb2.TEST_ROLE_GENERATED
    _stop(**rule)(request)


def _expected(value: Value) -> Spoil:
    return lambda r: _test(r, 2).call.expected.CopyFrom(value)


def _deep(levels: int) -> Value:
    value = Value(int_value=1)
    for _ in range(levels):
        value = Value(tuple_value=values_pb2.Items(items=[value]))
    return value


def _list() -> Value:
    return Value(list_value=values_pb2.Items())


def _large_input_file(request: wire.VerifyRequest) -> None:
    test = problem_pb2.StdioTest(stdin=b"x" * 5000, input_file="input.txt")
    request.batch.problem.tests[0].stdio.CopyFrom(test)
    request.batch.problem.limits.disk_bytes = 4096


BAD: dict[str, tuple[Spoil, str, str]] = {
    "no problem": (lambda r: r.batch.ClearField("problem"), "batch.problem_source", "problem_digest"),
    "no problem id": (lambda r: r.batch.problem.ClearField("id"), "batch.problem.id", "1 to 256"),
    "empty suite": (lambda r: r.batch.problem.ClearField("tests"), "batch.problem.tests", "1 to 10000"),
    "empty batch": (lambda r: r.ClearField("candidates"), "candidates", "1 to 100000"),
    "same test id": (lambda r: setattr(_test(r, 1), "id", "t1"), "batch.problem.tests[1].id", "unique"),
    "no test id": (lambda r: setattr(_test(r), "id", ""), "batch.problem.tests[0].id", "1 to 256"),
    "long test id": (lambda r: setattr(_test(r), "id", "x" * 257), "batch.problem.tests[0].id", "1 to 256"),
    "escape in test id": (
        lambda r: setattr(_test(r), "id", "\x1b[2J"),
        "batch.problem.tests[0].id",
        "printable",
    ),
    "no test kind": (lambda r: _test(r).ClearField("stdio"), "batch.problem.tests[0].body", "stdio, call"),
    "files test without an expected file": (
        lambda r: _test(r).files.SetInParent(),
        "batch.problem.tests[0].files.expected",
        "at least one file",
    ),
    "output file outside": (
        lambda r: setattr(_test(r).stdio, "output_file", "../output.txt"),
        "batch.problem.tests[0].stdio.output_file",
        "relative to the working directory",
    ),
    "input file that has no room": (
        _large_input_file,
        "batch.problem.tests[0].stdio.stdin",
        "up to 4096 bytes",
    ),
    "answer test": (
        lambda r: _test(r).answer.SetInParent(),
        "batch.problem.tests[0].answer.expected",
        "the right answer, LaTeX allowed",
    ),
    "interactive test without an interactor": (
        lambda r: _test(r).interactive.SetInParent(),
        "batch.problem.tests[0].interactive.interactor",
        "a program",
    ),
    "empty interactor": (
        lambda r: setattr(_test(r).interactive.interactor, "language", "python"),
        "batch.problem.tests[0].interactive.interactor.source",
        "a program",
    ),
    "interactor in an unknown language": (
        lambda r: _test(r).interactive.interactor.MergeFrom(
            problem_pb2.Program(language="cobol", source=b"x")
        ),
        "batch.problem.tests[0].interactive.interactor.language",
        "python",
    ),
    "interactor in a language of proofs": (
        lambda r: _test(r).interactive.interactor.MergeFrom(problem_pb2.Program(language="coq", source=b"x")),
        "batch.problem.tests[0].interactive.interactor.language",
        "python",
    ),
    "checker program in a language of answers": (
        lambda r: r.batch.problem.checker.MergeFrom(
            problem_pb2.CheckerSpec(name="program", program=problem_pb2.Program(language="text", source=b"x"))
        ),
        "batch.problem.checker.program.language",
        "python",
    ),
    "checker program in an unknown language": (
        lambda r: r.batch.problem.checker.MergeFrom(
            problem_pb2.CheckerSpec(
                name="program", program=problem_pb2.Program(language="cobol", source=b"x")
            )
        ),
        "batch.problem.checker.program.language",
        "python",
    ),
    "program of no checker": (
        lambda r: r.batch.problem.checker.program.MergeFrom(
            problem_pb2.Program(language="python", source=b"x")
        ),
        "batch.problem.checker.program",
        "name a checker",
    ),
    "unknown role": (
        lambda r: setattr(_test(r), "role", 99),
        "batch.problem.tests[0].role",
        "TEST_ROLE_JUDGE",
    ),
    "probes of nothing": (
        lambda r: _probes(r).SetInParent(),
        "batch.problem.probes",
        "inputs, a generator, mutate_tests",
    ),
    "probe without input": (
        lambda r: _probes(r).inputs.add(id="p"),
        "batch.problem.probes.inputs[0].body",
        "stdin",
    ),
    "probe without id": (
        lambda r: _probes(r).inputs.add(stdin=b"1"),
        "batch.problem.probes.inputs[0].id",
        "1 to 256 printable characters",
    ),
    "two probes of one id": (
        lambda r: _probes(r).inputs.extend(
            [problem_pb2.ProbeInput(id="p", stdin=b"1"), problem_pb2.ProbeInput(id="p", stdin=b"2")]
        ),
        "batch.problem.probes.inputs[1].id",
        "unique ids",
    ),
    "probe that calls no name": (
        lambda r: _probes(r).inputs.add(id="p").call.MergeFrom(problem_pb2.ProbeInput.Call(function="1f")),
        "batch.problem.probes.inputs[0].call.function",
        "identifiers",
    ),
    "probe with a value of nothing": (
        lambda r: (
            _probes(r)
            .inputs.add(id="p")
            .call.MergeFrom(problem_pb2.ProbeInput.Call(function="f", args=[Value()]))
        ),
        "batch.problem.probes.inputs[0].call.args[0].kind",
        "",
    ),
    "no probe to be run": (
        lambda r: _probes(r).MergeFrom(problem_pb2.Probes(mutate_tests=True, max_inputs=0)),
        "batch.problem.probes.max_inputs",
        "1 to 200",
    ),
    "generator in no language": (
        lambda r: _probes(r).generator.MergeFrom(problem_pb2.Program(language="cobol", source=b"1")),
        "batch.problem.probes.generator.language",
        "python",
    ),
    "generator without a program": (
        lambda r: _probes(r).generator.MergeFrom(problem_pb2.Program(language="python", source=b" ")),
        "batch.problem.probes.generator.source",
        "a program",
    ),
    "no test whose input could be changed": (
        lambda r: _only_asserts(r, problem_pb2.Probes(mutate_tests=True)),
        "batch.problem.probes.mutate_tests",
        "stdio or call",
    ),
    "limits of one test": (
        lambda r: _test(r).limits.SetInParent(),
        "batch.problem.tests[0].limits",
        "leave it out",
    ),
    "empty assertions": (
        lambda r: _test(r).asserts.SetInParent(),
        "batch.problem.tests[0].asserts.source",
        "a test program",
    ),
    "NUL in assertions": (
        lambda r: setattr(_test(r).asserts, "source", b"assert\0"),
        "batch.problem.tests[0].asserts.source",
        "without NUL",
    ),
    "a name of the candidate's that is none": (
        lambda r: _test(r).asserts.MergeFrom(
            problem_pb2.AssertsTest(source=b"assert f", candidate_names=["f", "f()"])
        ),
        "batch.problem.tests[0].asserts.candidate_names[1]",
        "identifiers",
    ),
    "no function": (
        lambda r: _test(r, 2).call.ClearField("function"),
        "batch.problem.tests[2].call.function",
        "1 to 256",
    ),
    "no expected value": (
        lambda r: _test(r, 2).call.ClearField("expected"),
        "batch.problem.tests[2].call.expected.kind",
        "exactly one of null_value",
    ),
    "argument without kind": (
        lambda r: _test(r, 2).call.args.add(),
        "batch.problem.tests[2].call.args[2].kind",
        "exactly one of",
    ),
    "opaque value": (
        _expected(Value(opaque_value=values_pb2.OpaqueObject(class_name="X"))),
        "batch.problem.tests[2].call.expected.opaque_value",
        "any other kind",
    ),
    "bad big integer": (
        _expected(Value(big_int_value="0x1f")),
        "batch.problem.tests[2].call.expected.big_int_value",
        "hexadecimal",
    ),
    "bad code point": (
        _expected(Value(code_points_value=values_pb2.CodePoints(code_points=[1 << 31]))),
        "batch.problem.tests[2].call.expected.code_points_value",
        "0x10FFFF",
    ),
    "list in a set": (
        _expected(Value(set_value=values_pb2.Items(items=[_list()]))),
        "batch.problem.tests[2].call.expected.set_value.items[0]",
        "without list",
    ),
    "list as a key": (
        _expected(
            Value(
                dict_value=values_pb2.Entries(
                    entries=[values_pb2.Entries.Entry(key=_list(), value=Value(int_value=1))]
                )
            )
        ),
        "batch.problem.tests[2].call.expected.dict_value.entries[0].key",
        "without list",
    ),
    "31 levels": (
        _expected(_deep(30)),
        "batch.problem.tests[2].call.expected" + ".tuple_value.items[0]" * 30,
        "up to 30 levels",
    ),
    "unknown checker": (
        lambda r: setattr(r.batch.problem.checker, "name", "magic"),
        "batch.problem.checker.name",
        "exact, float, program, tokens",
    ),
    "unknown checker parameter": (
        lambda r: r.batch.problem.checker.MergeFrom(
            problem_pb2.CheckerSpec(name="float", params={"eps": "1"})
        ),
        "batch.problem.checker.params['eps']",
        "abs, rel",
    ),
    "parameters of no checker": (
        lambda r: r.batch.problem.checker.params.update(eps="1"),
        "batch.problem.checker.params",
        "name a checker",
    ),
    "negative memory": (
        _limits(memory_bytes=-1),
        "batch.problem.limits.memory_bytes",
        "16777216 to 8589934592",
    ),
    "no memory": (_limits(memory_bytes=0), "batch.problem.limits.memory_bytes", "16777216 to 8589934592"),
    "too much memory": (
        _limits(memory_bytes=(8 << 30) + 1),
        "batch.problem.limits.memory_bytes",
        "16777216 to 8589934592",
    ),
    "too many processes": (_limits(processes=513), "batch.problem.limits.processes", "1 to 512"),
    "too much output": (_limits(output_bytes=1 << 40), "batch.problem.limits.output_bytes", "1 to 67108864"),
    "too many files": (_limits(open_files=4097), "batch.problem.limits.open_files", "16 to 4096"),
    "too much disk": (_limits(disk_bytes=1 << 31), "batch.problem.limits.disk_bytes", "4096 to 1073741824"),
    "negative time": (_cpu(-1), "batch.problem.limits.cpu_time", "0.01 s to 60 s"),
    "no time": (_cpu(0), "batch.problem.limits.cpu_time", "0.01 s to 60 s"),
    "too much time": (_cpu(60, 1), "batch.problem.limits.cpu_time", "0.01 s to 60 s"),
    "time of no Duration": (_cpu(1, -5), "batch.problem.limits.cpu_time", "sign of seconds"),
    "no candidate id": (lambda r: setattr(r.candidates[0], "id", ""), "candidates[0].id", "1 to 256"),
    "same candidate id": (lambda r: setattr(r.candidates[1], "id", "c0"), "candidates[1].id", "unique"),
    "no language": (lambda r: setattr(r.candidates[0], "language", ""), "candidates[0].language", "1 to 256"),
    "unknown language": (
        lambda r: setattr(r.candidates[1], "language", "brainfuck"),
        "candidates[1].language",
        "python",
    ),
    "absent language": (
        lambda r: setattr(r.candidates[1], "language", "rust"),
        "candidates[1].language",
        "apt-get install rustc",
    ),
    "no source": (
        lambda r: r.candidates[0].ClearField("source"),
        "candidates[0].content",
        "source, completion",
    ),
    "a prefix of a completion that is no text": (
        lambda r: setattr(r.candidates[0].completion, "prefix", b"\xff"),
        "candidates[0].completion.prefix",
        "UTF-8 text without NUL bytes",
    ),
    "large source": (
        lambda r: setattr(r.candidates[0], "source", b"#" * 65_537),
        "candidates[0].source",
        "up to 65536 bytes",
    ),
    "NUL in source": (
        lambda r: setattr(r.candidates[0], "source", b"print(1)\0"),
        "candidates[0].source",
        "byte 8 is NUL",
    ),
    "source not UTF-8": (
        lambda r: setattr(r.candidates[0], "source", b"# caf\xe9"),
        "candidates[0].source",
        "byte 5 (0xe9) is not UTF-8",
    ),
    "labels of later": (lambda r: r.batch.labels.update(a="b"), "batch.labels", "leave it out"),
    "tenant of later": (lambda r: setattr(r.batch, "tenant", "me"), "batch.tenant", "leave it out"),
    "unknown output detail": (
        lambda r: setattr(r.batch.options, "output_detail", 7),
        "batch.options.output_detail",
        "OUTPUT_DETAIL_NONE",
    ),
    "unknown priority": (
        lambda r: setattr(r.batch.options, "priority", -1),
        "batch.options.priority",
        "PRIORITY_BULK",
    ),
    "stop rule of nothing": (_stop(), "batch.options.stop_when[0].rule", "exactly one of accepted_count"),
    "stop after none": (
        _stop(accepted_count=batch_pb2.StopRule.AcceptedCount(count=0)),
        "batch.options.stop_when[0].accepted_count.count",
        "1 or more",
    ),
    "confidence of a rule that tells none": (
        _stop(confidence=batch_pb2.StopRule.Confidence(probability=0.9)),
        "batch.options.stop_when",
        "with selection.rule posterior",
    ),
    "certainty": (
        _stop(confidence=batch_pb2.StopRule.Confidence(probability=1)),
        "batch.options.stop_when[0].confidence.probability",
        "above 0 and below 1",
    ),
    "lead of no doubt": (
        _stop(lead=batch_pb2.StopRule.Lead(tail_probability=0)),
        "batch.options.stop_when[0].lead.tail_probability",
        "above 0 and below 0.5",
    ),
    "budget that is no number": (
        _stop(money_budget=batch_pb2.StopRule.MoneyBudget(usd=math.nan)),
        "batch.options.stop_when[0].money_budget.usd",
        "a finite number above 0",
    ),
    "resolved problems worth nothing": (
        _stop(marginal_value=batch_pb2.StopRule.MarginalValue(usd_per_resolved=-1)),
        "batch.options.stop_when[0].marginal_value.usd_per_resolved",
        "a finite number above 0",
    ),
    "accepted ones where no test judges": (
        lambda r: _judging_nobody(r, accepted_count=batch_pb2.StopRule.AcceptedCount(count=1)),
        "batch.options.stop_when",
        "other rules",
    ),
    "tokens below zero": (
        lambda r: setattr(r.candidates[0].generation, "prompt_tokens", -1),
        "candidates[0].generation.prompt_tokens",
        "0 or more",
    ),
    "generation that costs less than nothing": (
        lambda r: setattr(r.candidates[0].generation, "usd", -0.5),
        "candidates[0].generation.usd",
        "a finite number of 0 or more",
    ),
    "generation that costs no number": (
        lambda r: setattr(r.candidates[0].generation, "usd", math.inf),
        "candidates[0].generation.usd",
        "a finite number of 0 or more",
    ),
    "budget of nothing": (
        _stop(cpu_budget=batch_pb2.StopRule.CpuBudget()),
        "batch.options.stop_when[0].cpu_budget.cpu_time",
        "more than 0 s",
    ),
    "time budget whose end no table can hold": (
        _stop(time_budget={"wall_time": Duration(seconds=300 * 365 * 86_400)}),
        "batch.options.stop_when[0].time_budget.wall_time",
        "up to 3153600000 s, which is 100 years",
    ),
    "unknown selection rule": (
        lambda r: setattr(r.batch.selection, "rule", "dice"),
        "batch.selection.rule",
        "plurality",
    ),
    "rule that this server leaves out": (
        lambda r: setattr(r.batch.selection, "rule", "alphacode"),
        "batch.selection.rule",
        "plurality, mbr_exec",
    ),
    "no picks": (lambda r: setattr(r.batch.selection, "picks", 0), "batch.selection.picks", "1 or more"),
    "parameter of no rule": (
        lambda r: r.batch.selection.params.update(whole=1),
        "batch.selection.params['whole']",
        "none, leave it out",
    ),
    "unknown parameter": (
        lambda r: r.batch.selection.MergeFrom(batch_pb2.SelectionSpec(rule="mbr_exec", params={"k": 1})),
        "batch.selection.params['k']",
        "whole",
    ),
    "parameter out of range": (
        lambda r: r.batch.selection.MergeFrom(batch_pb2.SelectionSpec(rule="mbr_exec", params={"whole": 2})),
        "batch.selection.params['whole']",
        "0 or 1",
    ),
    "parameter that is no number": (
        lambda r: r.batch.selection.MergeFrom(
            batch_pb2.SelectionSpec(rule="mbr_exec", params={"whole": math.nan})
        ),
        "batch.selection.params['whole']",
        "a finite number",
    ),
    "digest of nothing": (
        lambda r: setattr(r.batch.problem_digest, "hash", "abc"),
        "batch.problem_digest.hash",
        "64 lower-case",
    ),
    "long request id": (lambda r: setattr(r, "request_id", "x" * 129), "request_id", "1 to 128"),
}


@pytest.mark.parametrize("case", BAD)
async def test_it_is_refused_by_name_with_what_is_allowed_and_logged_once(served: Serving, case: str) -> None:
    spoil, field, allowed = BAD[case]
    request = good_request()
    spoil(request)
    with capture_logs() as logs, pytest.raises(aio.AioRpcError) as caught:
        await served.stub.Verify(request).read()
    assert caught.value.code() is INVALID
    violations = BadRequest.FromString(details_of(caught.value)["BadRequest"]).field_violations
    assert [violation.field for violation in violations] == [field]
    assert allowed in violations[0].description
    assert field in (caught.value.details() or "")
    assert [(log["event"], log["field"]) for log in logs] == [("request rejected", field)]
    assert served.engine.batches == []
    assert [response async for response in served.stub.Verify(good_request())]


async def test_too_many_tests_are_refused(served: Serving) -> None:
    request = good_request()
    request.batch.problem.tests.extend(
        problem_pb2.TestCase(id=f"x{index}", stdio=problem_pb2.StdioTest()) for index in range(10_000)
    )
    await _rejected(served, request, INVALID, "batch.problem.tests: there are 10003; allowed: 1 to 10000")


async def test_a_problem_that_nobody_keeps_is_not_found(served: Serving) -> None:
    request = good_request()
    request.batch.problem_digest.hash = "0" * 64
    error = await _rejected(served, request, grpc.StatusCode.NOT_FOUND, "PutProblem")
    assert ErrorInfo.FromString(details_of(error)["ErrorInfo"]).reason == "UNKNOWN_PROBLEM"


async def test_a_message_over_the_size_limit_says_how_much_is_allowed(served: Serving) -> None:
    request = good_request(100)
    for candidate in request.candidates:
        candidate.source = b"#" * 12_000
    with capture_logs() as logs:
        await _rejected(served, request, grpc.StatusCode.RESOURCE_EXHAUSTED, "allowed: up to 1048576")
    assert [log["reason"] for log in logs] == ["MESSAGE_TOO_LARGE"]


async def test_a_message_far_over_the_size_limit_never_reaches_the_daemon(served: Serving) -> None:
    request = good_request(100)
    for candidate in request.candidates:
        candidate.source = b"#" * 40_000
    await _rejected(served, request, grpc.StatusCode.RESOURCE_EXHAUSTED, "larger than max")


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"], ids=["damaged", "text not UTF-8"])
async def test_bytes_that_are_no_message_are_refused(served: Serving, data: bytes) -> None:
    channel: Any = served.channel
    method = channel.unary_stream("/verifier.v1.VerifierService/Verify")
    with capture_logs() as logs, pytest.raises(aio.AioRpcError) as caught:
        await method(data).read()
    assert caught.value.code() is INVALID
    assert "no VerifyRequest" in (caught.value.details() or "")
    assert [log["reason"] for log in logs] == ["MALFORMED_MESSAGE"]


STREAMS: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "message[0]"),
    "a candidate first": (["c0"], "message[0]"),
    "opened twice": (["open", "open"], "message[1].open"),
    "nothing in a message": (["open", ""], "message[1].message"),
    "the same candidate twice": (["open", "c0", "c1", "c0"], "message[3].candidate.id"),
    "one cancelled before it was sent": (["open", "c1", "cancel"], "message[2].cancel.candidate_id"),
}


@pytest.mark.parametrize("case", STREAMS)
async def test_a_stream_that_breaks_the_order_is_refused_where_it_does(served: Serving, case: str) -> None:
    words, field = STREAMS[case]
    good = good_request()
    messages = {
        "open": wire.VerifyStreamRequest(open=wire.OpenBatch(batch=good.batch)),
        "cancel": wire.VerifyStreamRequest(cancel=wire.CancelCandidate(candidate_id="c0")),
        "": wire.VerifyStreamRequest(),
        **{each.id: wire.VerifyStreamRequest(candidate=each) for each in good.candidates},
    }
    with capture_logs() as logs, pytest.raises(aio.AioRpcError) as caught:
        async for _ in served.stub.VerifyStream(messages[word] for word in words):
            pass
    assert caught.value.code() is INVALID
    violations = BadRequest.FromString(details_of(caught.value)["BadRequest"]).field_violations
    assert [violation.field for violation in violations] == [field]
    assert [log["field"] for log in logs] == [field]


async def test_a_stream_that_expects_fewer_than_no_candidates_is_refused(served: Serving) -> None:
    opening = wire.OpenBatch(batch=good_request().batch, expected_candidates=-1)
    with pytest.raises(aio.AioRpcError, match=r"message\[0\].open.expected_candidates: it is -1; allowed: 0"):
        async for _ in served.stub.VerifyStream(iter([wire.VerifyStreamRequest(open=opening)])):
            pass


async def test_an_open_batch_that_never_gets_a_candidate_ends_well(served: Serving) -> None:
    opening = wire.VerifyStreamRequest(open=wire.OpenBatch(batch=good_request().batch))
    events = [each.event async for each in served.stub.VerifyStream(iter([opening]))]
    assert [event.WhichOneof("event") for event in events] == ["batch_accepted", "batch_finished"]


async def _rejected(
    served: Serving, request: wire.VerifyRequest, code: grpc.StatusCode, words: str
) -> aio.AioRpcError:
    with pytest.raises(aio.AioRpcError) as caught:
        await served.stub.Verify(request).read()
    assert caught.value.code() is code
    assert words in (caught.value.details() or "")
    return caught.value
