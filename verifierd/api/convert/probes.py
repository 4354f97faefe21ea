"""Probe inputs: `verifier.v1.Probes` to the service's own words."""

from __future__ import annotations

from verifier.v1 import problem_pb2
from verifierd.admission import AdmissionLimits
from verifierd.api.convert.fields import chosen, identifier, refuse_others, under
from verifierd.api.convert.programs import call_from_proto, program_from_proto
from verifierd.errors import InvalidField
from verifierd.model import MAX_PROBES, MOST_PROBES, ProbeBody, ProbeInput, Probes, StdinProbe


def probes_from_proto(message: problem_pb2.Probes, path: str, bounds: AdmissionLimits) -> Probes:
    """Return where probe inputs come from; whether there are too many is checked elsewhere.

    Raises:
        InvalidField: a field is malformed, missing, or not supported by this server.
    """
    refuse_others(message, path, "inputs", "generator", "mutate_tests", "max_inputs")
    inputs = tuple(
        _input(each, under(path, f"inputs[{index}]"), bounds) for index, each in enumerate(message.inputs)
    )
    max_inputs = message.max_inputs if message.HasField("max_inputs") else MAX_PROBES
    if not 1 <= max_inputs <= MOST_PROBES:
        raise InvalidField(under(path, "max_inputs"), f"it is {max_inputs}", f"1 to {MOST_PROBES}")
    generator = None
    if message.HasField("generator"):
        generator = program_from_proto(message.generator, under(path, "generator"), bounds)
    if not (inputs or message.mutate_tests or generator):
        wrong = "there is nothing in it to make inputs of"
        raise InvalidField(path, wrong, "inputs, a generator, mutate_tests, or several of them")
    return Probes(inputs, message.mutate_tests, generator, max_inputs)


def _input(message: problem_pb2.ProbeInput, path: str, bounds: AdmissionLimits) -> ProbeInput:
    refuse_others(message, path, "id", "stdin", "call")
    body: ProbeBody
    if chosen(message, path, "body") == "call":
        at = under(path, "call")
        refuse_others(message.call, at, "function", "args", "kwargs", "class_name")
        body = call_from_proto(message.call, at, bounds)
    else:
        size_bytes = len(message.stdin)
        if size_bytes > bounds.max_stdin_bytes:
            allowed = f"up to {bounds.max_stdin_bytes} bytes"
            raise InvalidField(under(path, "stdin"), f"it is {size_bytes} bytes", allowed)
        body = StdinProbe(message.stdin)
    return ProbeInput(identifier(message.id, under(path, "id")), body)
