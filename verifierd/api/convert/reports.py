"""Reports: how far a problem's tests can be trusted, to messages of `verifier.v1`."""

from __future__ import annotations

from verifier.v1 import result_pb2
from verifierd.model import Estimate, SuiteReport


def suite_to_proto(report: SuiteReport) -> result_pb2.SuiteReport:
    """Return the message of a suite's report; estimates that could not be made are absent."""
    return result_pb2.SuiteReport(
        false_positive_rate=_estimate(report.false_positive_rate),
        completeness=_estimate(report.completeness),
        accuracy_ceiling=_estimate(report.accuracy_ceiling),
        harmful_samples=report.harmful_samples,
        tests=[
            result_pb2.SuiteReport.TestSignal(
                test_id=each.test_id, rejected=each.rejected, rejected_alone=each.rejected_alone
            )
            for each in report.tests
        ],
        summary=report.summary,
    )


def _estimate(estimate: Estimate | None) -> result_pb2.Estimate | None:
    if estimate is None:
        return None
    return result_pb2.Estimate(
        value=estimate.value, low=estimate.low, high=estimate.high, level=estimate.level
    )
