"""The words of the service as frozen data: problems, candidates, verdicts, events.

Nothing here knows of gRPC, containers or files. `verifierd.api.convert` turns these into messages
of `verifier.v1` and back; `sandboxes.model` holds what a sandbox sees of them.
"""

from verifierd.model.batches import Batch, BatchOptions, Candidate, SelectionSpec
from verifierd.model.events import BatchAccepted, BatchEvent, BatchFinished, CandidateFinished, StopDecided
from verifierd.model.problems import CheckerSpec, Digest, Problem, TestCase
from verifierd.model.results import CandidateResult, Cost, ExecutionResult, KilledBy, Verdict
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
    "AnswerTest",
    "AssertsTest",
    "Batch",
    "BatchAccepted",
    "BatchEvent",
    "BatchFinished",
    "BatchOptions",
    "CallTest",
    "Candidate",
    "CandidateFinished",
    "CandidateResult",
    "CheckerSpec",
    "Cluster",
    "Cost",
    "Digest",
    "Estimate",
    "ExecutionResult",
    "ExpectedFile",
    "FilesTest",
    "InteractiveTest",
    "KilledBy",
    "Pick",
    "Problem",
    "SelectionSpec",
    "StdioTest",
    "StopDecided",
    "SuiteReport",
    "TestBody",
    "TestCase",
    "TestSignal",
    "Verdict",
]
