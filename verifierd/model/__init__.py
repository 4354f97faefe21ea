"""The words of the service as frozen data: problems, candidates, verdicts, events.

Nothing here knows of gRPC, containers or files. `verifierd.api.convert` turns these into messages
of `verifier.v1` and back; `sandboxes.model` holds what a sandbox sees of them.
"""

from verifierd.model.batches import (
    Batch,
    BatchOptions,
    Candidate,
    GenerationCost,
    Priority,
    SelectionSpec,
)
from verifierd.model.events import (
    BatchAccepted,
    BatchEvent,
    BatchFinished,
    CandidateFinished,
    ClustersChanged,
    StopDecided,
)
from verifierd.model.probes import (
    MAX_PROBES,
    MOST_PROBES,
    CallProbe,
    ProbeBody,
    ProbeInput,
    Probes,
    StdinProbe,
)
from verifierd.model.problems import CheckerSpec, Digest, Problem, TestCase, TestRole
from verifierd.model.results import CandidateResult, Cost, ExecutionResult, KilledBy, ProbeResult, Verdict
from verifierd.model.summaries import Cluster, Estimate, Pick, SuiteReport, TestSignal
from verifierd.model.tests import (
    AnswerTest,
    AssertsTest,
    CallTest,
    ExpectedFile,
    FilesTest,
    InteractiveTest,
    StdioTest,
    TestBody,
)

__all__ = [
    "MAX_PROBES",
    "MOST_PROBES",
    "AnswerTest",
    "AssertsTest",
    "Batch",
    "BatchAccepted",
    "BatchEvent",
    "BatchFinished",
    "BatchOptions",
    "CallProbe",
    "CallTest",
    "Candidate",
    "CandidateFinished",
    "CandidateResult",
    "CheckerSpec",
    "Cluster",
    "ClustersChanged",
    "Cost",
    "Digest",
    "Estimate",
    "ExecutionResult",
    "ExpectedFile",
    "FilesTest",
    "GenerationCost",
    "InteractiveTest",
    "KilledBy",
    "Pick",
    "Priority",
    "ProbeBody",
    "ProbeInput",
    "ProbeResult",
    "Probes",
    "Problem",
    "SelectionSpec",
    "StdinProbe",
    "StdioTest",
    "StopDecided",
    "SuiteReport",
    "TestBody",
    "TestCase",
    "TestRole",
    "TestSignal",
    "Verdict",
]
