"""Which probe inputs a batch runs."""

from __future__ import annotations

from verifierd.model import ProbeInput, Problem


def probes_of(problem: Problem) -> tuple[ProbeInput, ...]:
    """Return the probe inputs of a problem, at most as many as it wants to be run."""
    probes = problem.probes
    return () if probes is None else probes.inputs[: probes.max_inputs]
