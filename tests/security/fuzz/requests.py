"""Requests that no client would write, sent to a live daemon: each is answered, and the daemon serves on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import grpc
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from tests.support.backends import Service
from verifier.v1 import result_pb2
from verifier.v1 import verifier_service_pb2 as api

from .search import Property

CALL_S = 20.0  # a candidate of a request may run to its limits
SERVICE = "/verifier.v1.VerifierService/"
REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNIMPLEMENTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
TEXTS = ["", "python", "add", "\x00", "é", "x" * 300, "0", "exact", "tokens", "f" * 64]
NUMBERS = [0, 1, -1, 2, 64, 10**6, 10**9, (1 << 31) - 1, -(1 << 31), (1 << 63) - 1, -(1 << 63)]
REALS = [0.0, -0.0, 0.5, -1.0, 1e308, float("nan"), float("inf"), float("-inf")]
SOURCES = [
    b"def add(a, b):\n    return a + b\n",
    b"print(sum(map(int, input().split())))\n",
    b"def add(a, b):\n",
    b"\xff\xfe",
    b"",
    b"raise SystemExit(3)\n",
]
METHODS = {
    "Verify": (api.VerifyRequest, api.VerifyResponse),
    "VerifyStream": (api.VerifyStreamRequest, api.VerifyStreamResponse),
    "PutProblem": (api.PutProblemRequest, api.PutProblemResponse),
    "GetCapabilities": (api.GetCapabilitiesRequest, api.GetCapabilitiesResponse),
    "SubmitBatch": (api.SubmitBatchRequest, api.SubmitBatchResponse),
    "ListBatches": (api.ListBatchesRequest, api.ListBatchesResponse),
}


class Case:
    """One call: a method and the bytes of its messages."""

    def __init__(self, method: str, seed: int, changes: int, cuts: Sequence[tuple[int, int, int]]) -> None:
        """`changes` of fields come of the seed; `cuts` (kind, place, byte) are done to the bytes then."""
        random = Random(seed)
        self.method = method
        self.messages = [
            _cut(message.SerializeToString(), cuts) for message in _messages(method, random, changes)
        ]
        self._told = f"Case({method!r}, seed={seed}, changes={changes}, cuts={cuts})"

    def __repr__(self) -> str:
        return self._told


# A fuzzed interactor or checker may fail by itself and is named then: its caller's fault, not the service's.
CALLERS_FAULT = re.compile(r"^test [^:]*: the (interactor|checker) failed: ")

cases = st.builds(
    Case,
    st.sampled_from(["Verify"] * 6 + ["VerifyStream"] * 3 + sorted(METHODS)),
    st.integers(0, 1 << 48),
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4000), st.integers(0, 255)), max_size=2)
    | st.just([]),
)


def requests(service: Service, channel: grpc.Channel) -> Property:
    """The property of a daemon that each request is answered by a status or by whole events."""

    def check(case: Case) -> None:
        code, answers = _called(channel, case)
        assert code is grpc.StatusCode.OK or code in REFUSALS, f"{case.method} ended with {code}"
        response: Any = METHODS[case.method][1]
        events = [response.FromString(answer) for answer in answers]
        if code is grpc.StatusCode.OK and case.method.startswith("Verify"):
            assert events, "a batch without events"
            assert events[-1].event.HasField("batch_finished"), "a batch without its end"
            results = [event.event.candidate_finished.result for event in events]
            failed = [each for each in results if each.verdict == result_pb2.VERDICT_INFRASTRUCTURE_ERROR]
            ours = [each.detail for each in failed if not CALLERS_FAULT.search(each.detail)]
            assert not ours, f"the service failed a program: {ours[0][:200]}"

    return Property(f"requests, {service.backend.name}", cases, check)


def _called(channel: grpc.Channel, case: Case) -> tuple[grpc.StatusCode, list[bytes]]:
    make: Callable[..., Any] = {
        "Verify": channel.unary_stream,
        "VerifyStream": channel.stream_stream,
    }.get(case.method, channel.unary_unary)
    call = make(SERVICE + case.method)
    asked: Any = iter(case.messages) if case.method == "VerifyStream" else case.messages[0]
    try:
        answered = call(asked, timeout=CALL_S)
        return grpc.StatusCode.OK, [answered] if isinstance(answered, bytes) else list(answered)
    except grpc.RpcError as error:
        return error.code(), []


def _messages(method: str, random: Random, changes: int) -> list[Message]:
    messages = _template(method, random)
    for _ in range(changes):
        _change(random.choice(messages), random)
    if method == "VerifyStream" and random.random() < 0.3:
        random.shuffle(messages)
    return messages


def _template(method: str, random: Random) -> list[Message]:
    """A request that would be right."""
    whole = api.VerifyRequest()
    problem = whole.batch.problem
    problem.id = "sum"
    problem.limits.cpu_time.seconds = 1
    problem.limits.wall_time.seconds = 3
    problem.limits.memory_bytes = 64 << 20
    if random.random() < 0.2:
        problem.checker.name = "program"
        problem.checker.program.language, problem.checker.program.source = "python", b"raise SystemExit(1)"
    for kind in random.sample(["stdio", "call", "asserts", "interactive"], random.randint(1, 4)):
        test = problem.tests.add(id=kind)
        if kind == "stdio":
            test.stdio.stdin, test.stdio.expected_stdout = b"1 2\n", b"3\n"
        elif kind == "interactive":
            interactor = test.interactive.interactor
            interactor.language, interactor.source = "python", b"print(1, flush=True)\nprint(input())"
            test.interactive.input = b"3"
        elif kind == "call":
            test.call.function = "add"
            test.call.args.add().int_value = 1
            test.call.args.add().list_value.items.add().tuple_value.items.add().string_value = "x"
            test.call.expected.dict_value.entries.add().key.int_value = 3
        else:
            test.asserts.source = b"assert add(1, 2) == 3\n"
    for number in range(random.randint(1, 3)):
        candidate = whole.candidates.add(id=str(number), language="python")
        candidate.source = random.choice(SOURCES)
    match method:
        case "Verify":
            return [whole]
        case "VerifyStream":
            opening = api.VerifyStreamRequest()
            opening.open.batch.CopyFrom(whole.batch)
            return [opening, *(api.VerifyStreamRequest(candidate=each) for each in whole.candidates)]
        case "PutProblem":
            return [api.PutProblemRequest(problem=problem)]
        case "SubmitBatch":
            return [api.SubmitBatchRequest(batch=whole.batch, candidates=whole.candidates)]
    return [METHODS[method][0]()]


def _change(message: Message, random: Random) -> None:
    """Change one field somewhere in the message: set, clear, double or fill it with something else."""
    while True:
        fields = [field for field, _ in message.ListFields() if field.message_type is not None]
        if not fields or random.random() < 0.3:
            break
        chosen: Any = random.choice(fields)
        inner = getattr(message, chosen.name)
        if _is_map(chosen):
            break
        message = random.choice(inner) if chosen.is_repeated else inner
    if not message.DESCRIPTOR.fields:
        return
    field: Any = random.choice(list(message.DESCRIPTOR.fields))
    if random.random() < 0.25 or _is_map(field):
        message.ClearField(field.name)
    elif field.is_repeated:
        values = getattr(message, field.name)
        if field.message_type is None:
            values.append(_scalar(field, random))
        elif values and random.random() < 0.5:
            values.add().CopyFrom(random.choice(values))
        else:
            values.add()
    elif field.message_type is not None:
        getattr(message, field.name).SetInParent()
    else:
        setattr(message, field.name, _scalar(field, random))


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _scalar(field: FieldDescriptor, random: Random) -> Any:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            text = random.choice(TEXTS)
            return random.choice([*SOURCES, text.encode()]) if field.type == field.TYPE_BYTES else text
        case FieldDescriptor.CPPTYPE_BOOL:
            return random.random() < 0.5
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return random.choice(REALS)
        case FieldDescriptor.CPPTYPE_ENUM | FieldDescriptor.CPPTYPE_INT32:
            return random.choice([number for number in NUMBERS if -(1 << 31) <= number < 1 << 31])
        case FieldDescriptor.CPPTYPE_UINT32:
            return random.choice([number for number in NUMBERS if 0 <= number < 1 << 32])
        case FieldDescriptor.CPPTYPE_UINT64:
            return random.choice([number for number in NUMBERS if number >= 0])
    return random.choice(NUMBERS)


def _cut(data: bytes, cuts: Sequence[tuple[int, int, int]]) -> bytes:
    """Change bytes: flip one, take some out, put one in, double a part, end early."""
    text = bytearray(data)
    for kind, place, byte in cuts:
        if not text:
            break
        at = place % len(text)
        match kind:
            case 0:
                text[at] = byte
            case 1:
                del text[at : at + 1 + byte % 8]
            case 2:
                text.insert(at, byte)
            case 3:
                text[at:at] = text[at : at + byte]
            case _:
                del text[at:]
    return bytes(text)
