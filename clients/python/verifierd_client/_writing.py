"""Problems, candidates and options to messages of `verifier.v1`."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from verifier.v1 import batch_pb2, problem_pb2
from verifierd_client._values import write_value
from verifierd_client.problems import (
    AssertsTest,
    CallTest,
    Candidate,
    Digest,
    Limits,
    Options,
    Problem,
    StdioTest,
)


def write_spec(problem: Problem | Digest, options: Options) -> batch_pb2.BatchSpec:
    """Return what a batch is about and its rules. Raises NotAValue."""
    spec = batch_pb2.BatchSpec(options=write_options(options))
    if isinstance(problem, Digest):
        spec.problem_digest.CopyFrom(problem_pb2.Digest(hash=problem.hash, size_bytes=problem.size_bytes))
    else:
        spec.problem.CopyFrom(write_problem(problem))
    return spec


def write_problem(problem: Problem) -> problem_pb2.Problem:
    """Return the message of a problem. Raises NotAValue."""
    message = problem_pb2.Problem(id=problem.id, limits=write_limits(problem.limits))
    if problem.checker is not None:
        message.checker.name = problem.checker.name
        message.checker.params.update(problem.checker.params)
    for index, test in enumerate(problem.tests):
        message.tests.append(_write_test(test, test.id or str(index)))
    return message


def write_limits(limits: Limits) -> problem_pb2.Limits:
    """Return the message of limits; what is None is left to the server."""
    return problem_pb2.Limits(
        cpu_time=_duration(limits.cpu_time_s),
        wall_time=_duration(limits.wall_time_s),
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        processes=limits.processes,
        open_files=limits.open_files,
        disk_bytes=limits.disk_bytes,
    )


def write_candidate(candidate: Candidate | str, index: int) -> batch_pb2.Candidate:
    """Return the message of a candidate, which is named by its position where it has no id."""
    if isinstance(candidate, str):
        candidate = Candidate(candidate)
    return batch_pb2.Candidate(
        id=candidate.id or str(index), language=candidate.language, source=_bytes(candidate.source)
    )


def write_options(options: Options) -> batch_pb2.BatchOptions:
    """Return the message of a batch's options."""
    rules = []
    if options.stop_after_accepted is not None:
        count = batch_pb2.StopRule.AcceptedCount(count=options.stop_after_accepted)
        rules.append(batch_pb2.StopRule(accepted_count=count))
    if options.cpu_budget_s is not None:
        cpu_budget = batch_pb2.StopRule.CpuBudget(cpu_time=_duration(options.cpu_budget_s))
        rules.append(batch_pb2.StopRule(cpu_budget=cpu_budget))
    if options.time_budget_s is not None:
        time_budget = batch_pb2.StopRule.TimeBudget(wall_time=_duration(options.time_budget_s))
        rules.append(batch_pb2.StopRule(time_budget=time_budget))
    return batch_pb2.BatchOptions(
        stop_at_first_failure=options.stop_at_first_failure,
        stop_when=rules,
        output_detail=batch_pb2.OUTPUT_DETAIL_FULL
        if options.include_outputs
        else batch_pb2.OUTPUT_DETAIL_NONE,
        priority=batch_pb2.PRIORITY_BULK if options.bulk else batch_pb2.PRIORITY_INTERACTIVE,
    )


def _write_test(test: StdioTest | CallTest | AssertsTest, test_id: str) -> problem_pb2.TestCase:
    message = problem_pb2.TestCase(id=test_id)
    match test:
        case StdioTest():
            message.stdio.stdin = _bytes(test.stdin)
            message.stdio.expected_stdout = _bytes(test.expected_stdout)
            message.stdio.SetInParent()
        case CallTest():
            message.call.function = test.function
            for index, value in enumerate(test.args):
                message.call.args.append(write_value(value, f"argument {index} of test {test_id!r}"))
            for name, value in test.kwargs.items():
                written = write_value(value, f"argument {name!r} of test {test_id!r}")
                message.call.kwargs[name].CopyFrom(written)
            expected = write_value(test.expected, f"the expected value of test {test_id!r}")
            message.call.expected.CopyFrom(expected)
        case AssertsTest():
            message.asserts.source = _bytes(test.source)
            message.asserts.candidate_names.extend(test.candidate_names)
            message.asserts.SetInParent()
    return message


def _bytes(text: str | bytes) -> bytes:
    """Return text as UTF-8; lone surrogates become bytes that the server refuses by name."""
    return text if isinstance(text, bytes) else text.encode(errors="surrogatepass")


def _duration(seconds: float | None) -> Duration | None:
    if seconds is None:
        return None
    message = Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message
