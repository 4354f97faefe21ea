"""Problems and options to messages of `verifier.v1`."""

from __future__ import annotations

import math

from google.protobuf.duration_pb2 import Duration

from verifier.v1 import batch_pb2, problem_pb2
from verifierd_client import problems
from verifierd_client._values import INT64_BOUND, write_value
from verifierd_client.errors import NotAnArgument, OutOfRange
from verifierd_client.problems import (
    AnswerTest,
    AssertsTest,
    CallProbe,
    CallTest,
    Digest,
    File,
    FilesTest,
    InteractiveTest,
    Limits,
    Options,
    Probes,
    Problem,
    Role,
    Selection,
    StdinProbe,
    StdioTest,
    Test,
)

INT32_BOUND = 1 << 31
_ROLES = {
    Role.JUDGE: problem_pb2.TEST_ROLE_JUDGE,
    Role.EXAMPLE: problem_pb2.TEST_ROLE_EXAMPLE,
    Role.GENERATED: problem_pb2.TEST_ROLE_GENERATED,
}
MAX_DURATION_S = 315_576_000_000  # google.protobuf.Duration: about 10000 years


def write_spec(problem: Problem | Digest, options: Options) -> batch_pb2.BatchSpec:
    """Return what a batch is about and its rules. Raises NotAValue, NotAnArgument, OutOfRange."""
    if not isinstance(problem, Problem | Digest):
        raise NotAnArgument(f"problem must be a Problem or a Digest, and is {kind_of(problem)}")
    if not isinstance(options, Options):
        raise NotAnArgument(f"options must be Options, and is {kind_of(options)}")
    spec = batch_pb2.BatchSpec(options=write_options(options), selection=_write_selection(options.selection))
    if isinstance(problem, Digest):
        spec.problem_digest.CopyFrom(problem_pb2.Digest(hash=problem.hash, size_bytes=problem.size_bytes))
    else:
        spec.problem.CopyFrom(write_problem(problem))
    return spec


def write_problem(problem: Problem) -> problem_pb2.Problem:
    """Return the message of a problem. Raises NotAValue, OutOfRange."""
    message = problem_pb2.Problem(id=problem.id, limits=write_limits(problem.limits))
    if problem.checker is not None:
        message.checker.name = problem.checker.name
        message.checker.params.update(problem.checker.params)
        if problem.checker.program is not None:
            message.checker.program.CopyFrom(_write_program(problem.checker.program))
    for index, test in enumerate(problem.tests):
        message.tests.append(_write_test(test, test.id or str(index)))
    if problem.probes is not None:
        _write_probes(problem.probes, message.probes)
    return message


def _write_probes(probes: Probes, message: problem_pb2.Probes) -> None:
    message.mutate_tests = probes.mutate_tests
    if probes.generator is not None:
        message.generator.CopyFrom(_write_program(probes.generator))
    if probes.max_inputs is not None:
        if type(probes.max_inputs) is not int or not -INT32_BOUND <= probes.max_inputs < INT32_BOUND:
            raise OutOfRange(
                f"Probes.max_inputs must be a whole number below 2**31, and is {probes.max_inputs!r}"
            )
        message.max_inputs = probes.max_inputs
    for index, probe in enumerate(probes.inputs):
        written = message.inputs.add(id=probe.id or str(index))
        if isinstance(probe, StdinProbe):
            written.stdin = utf8(probe.stdin)
        else:
            _write_call(probe, written.call, f"probe input {written.id!r}")


def _write_selection(selection: Selection) -> batch_pb2.SelectionSpec:
    picks = selection.picks
    if type(picks) is not int or not -INT32_BOUND <= picks < INT32_BOUND:
        raise OutOfRange(f"Selection.picks must be a whole number below 2**31, and is {picks!r}")
    for name, value in selection.params.items():
        if not isinstance(value, (int, float)):
            raise OutOfRange(f"Selection.params[{name!r}] must be a number, and is {kind_of(value)}")
    return batch_pb2.SelectionSpec(rule=selection.rule or "", picks=picks, params=selection.params)


def _write_program(program: problems.Program) -> problem_pb2.Program:
    return problem_pb2.Program(language=program.language, source=utf8(program.source))


def write_limits(limits: Limits) -> problem_pb2.Limits:
    """Return the message of limits; what is None is left to the server. Raises OutOfRange."""
    return problem_pb2.Limits(
        cpu_time=_duration(limits.cpu_time_s, "Limits.cpu_time_s"),
        wall_time=_duration(limits.wall_time_s, "Limits.wall_time_s"),
        memory_bytes=count(limits.memory_bytes, "Limits.memory_bytes"),
        output_bytes=count(limits.output_bytes, "Limits.output_bytes"),
        processes=count(limits.processes, "Limits.processes"),
        open_files=count(limits.open_files, "Limits.open_files"),
        disk_bytes=count(limits.disk_bytes, "Limits.disk_bytes"),
    )


def write_options(options: Options) -> batch_pb2.BatchOptions:
    """Return the message of a batch's options. Raises OutOfRange."""
    return batch_pb2.BatchOptions(
        stop_at_first_failure=options.stop_at_first_failure,
        stop_when=_write_stop_rules(options),
        output_detail=batch_pb2.OUTPUT_DETAIL_FULL
        if options.include_outputs
        else batch_pb2.OUTPUT_DETAIL_NONE,
        priority=batch_pb2.PRIORITY_BULK if options.bulk else batch_pb2.PRIORITY_INTERACTIVE,
        fresh=options.fresh,
    )


def _write_stop_rules(options: Options) -> list[batch_pb2.StopRule]:
    accepted = count(options.stop_after_accepted, "Options.stop_after_accepted")
    cpu_time = _duration(options.cpu_budget_s, "Options.cpu_budget_s")
    wall_time = _duration(options.time_budget_s, "Options.time_budget_s")
    rules = []
    if accepted is not None:
        rules.append(batch_pb2.StopRule(accepted_count=batch_pb2.StopRule.AcceptedCount(count=accepted)))
    if cpu_time is not None:
        rules.append(batch_pb2.StopRule(cpu_budget=batch_pb2.StopRule.CpuBudget(cpu_time=cpu_time)))
    if wall_time is not None:
        rules.append(batch_pb2.StopRule(time_budget=batch_pb2.StopRule.TimeBudget(wall_time=wall_time)))
    if options.money_budget_usd is not None:
        budget = batch_pb2.StopRule.MoneyBudget(usd=options.money_budget_usd)
        rules.append(batch_pb2.StopRule(money_budget=budget))
    if options.confidence is not None:
        confidence = batch_pb2.StopRule.Confidence(probability=options.confidence)
        rules.append(batch_pb2.StopRule(confidence=confidence))
    if options.lead_tail is not None:
        lead = batch_pb2.StopRule.Lead(tail_probability=options.lead_tail)
        rules.append(batch_pb2.StopRule(lead=lead))
    if options.usd_per_resolved is not None:
        value = batch_pb2.StopRule.MarginalValue(usd_per_resolved=options.usd_per_resolved)
        rules.append(batch_pb2.StopRule(marginal_value=value))
    return rules


def _write_test(test: Test, test_id: str) -> problem_pb2.TestCase:
    message = problem_pb2.TestCase(id=test_id, role=_ROLES[test.role])
    match test:
        case StdioTest():
            message.stdio.stdin = utf8(test.stdin)
            message.stdio.expected_stdout = utf8(test.expected_stdout)
            message.stdio.arguments.extend(test.arguments)
            message.stdio.input_file = test.input_file
            message.stdio.output_file = test.output_file
            message.stdio.SetInParent()
        case CallTest():
            _write_call(test, message.call, f"test {test_id!r}")
            expected = write_value(test.expected, f"the expected value of test {test_id!r}")
            message.call.expected.CopyFrom(expected)
        case FilesTest():
            _write_files(test, message.files)
        case AssertsTest():
            message.asserts.source = utf8(test.source)
            message.asserts.candidate_names.extend(test.candidate_names)
            message.asserts.SetInParent()
        case InteractiveTest():
            message.interactive.interactor.CopyFrom(_write_program(test.interactor))
            message.interactive.input = utf8(test.input)
            message.interactive.answer = utf8(test.answer)
        case AnswerTest():
            message.answer.expected = test.expected
    return message


def _write_call(
    call: CallTest | CallProbe, message: problem_pb2.CallTest | problem_pb2.ProbeInput.Call, of: str
) -> None:
    message.function = call.function
    message.class_name = call.class_name
    for index, value in enumerate(call.args):
        message.args.append(write_value(value, f"argument {index} of {of}"))
    for name, value in call.kwargs.items():
        message.kwargs[name].CopyFrom(write_value(value, f"argument {name!r} of {of}"))


def _write_files(test: FilesTest, message: problem_pb2.FilesTest) -> None:
    for path, given in test.files.items():
        file = given if isinstance(given, File) else File(given)
        message.files.add(path=path, content=utf8(file.content), executable=file.executable)
    for path, content in test.expected.items():
        if content is None:
            message.expected.add(path=path, absent=True)
        else:
            message.expected.add(path=path, content=utf8(content))
    message.stdin = utf8(test.stdin)
    if test.expected_stdout is not None:
        message.expected_stdout = utf8(test.expected_stdout)
    message.SetInParent()


def utf8(text: str | bytes) -> bytes:
    """Return text as UTF-8; lone surrogates become bytes that the server refuses by name."""
    return text if isinstance(text, bytes) else text.encode(errors="surrogatepass")


def kind_of(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"


def count(number: int | None, name: str) -> int | None:
    if number is not None and not -INT64_BOUND <= number < INT64_BOUND:
        raise OutOfRange(f"{name} must be a whole number below 2**63, and is {number}")
    return number


def _duration(seconds: float | None, name: str) -> Duration | None:
    if seconds is None:
        return None
    if not math.isfinite(seconds) or abs(seconds) > MAX_DURATION_S:
        raise OutOfRange(
            f"{name} must be a finite number of seconds up to {MAX_DURATION_S:g}, and is {seconds}; "
            "None leaves it out"
        )
    message = Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message
