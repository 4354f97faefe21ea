"""The shape of probe inputs and of other parts of problem and candidate files that are no tests."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

import verifierd_client as client
from verifierd.datasets.fields import Form, Id, Octets, Text, TypedValue


class ProgramForm(Form):
    """A program that is no candidate."""

    language: Text = "python"
    source: Text

    def program(self) -> client.Program:
        """Return what the client sends."""
        return client.Program(self.source, self.language)


class CallProbeForm(Form):
    """A call whose answer nobody knows."""

    function: Text
    args: list[TypedValue] = Field(default_factory=list)
    kwargs: dict[Text, TypedValue] = Field(default_factory=dict)
    class_name: Text = ""


class ProbeForm(Form):
    """An input without an expected output."""

    id: Id
    stdin: Octets | None = None
    call: CallProbeForm | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.stdin is None) == (self.call is None):
            raise ValueError("needs exactly one of 'stdin' and 'call'")
        return self

    def probe(self) -> client.StdinProbe | client.CallProbe:
        """Return what the client sends."""
        if self.call is None:
            return client.StdinProbe(self.stdin or b"", self.id)
        call = self.call
        return client.CallProbe(call.function, call.args, call.kwargs, self.id, call.class_name)


class ProbesForm(Form):
    """Where probe inputs come from."""

    inputs: list[ProbeForm] = Field(default_factory=list)
    mutate_tests: bool = False
    generator: ProgramForm | None = None
    max_inputs: int | None = None

    def probes(self) -> client.Probes:
        """Return what the client sends."""
        return client.Probes(
            inputs=tuple(each.probe() for each in self.inputs),
            mutate_tests=self.mutate_tests,
            generator=self.generator.program() if self.generator else None,
            max_inputs=self.max_inputs,
        )


class GenerationForm(Form):
    """What drawing a candidate cost."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: Annotated[float, Field(allow_inf_nan=False)] | None = None

    def generation(self) -> client.Generation:
        """Return what the client sends."""
        return client.Generation(self.prompt_tokens, self.completion_tokens, self.usd)
