"""What a sandbox gets to see of a test: its input. What is expected stays on this side."""

from __future__ import annotations

from sandboxes.model import AssertsRun, CallRun, Run, StdioRun
from verifierd.model import AssertsTest, CallTest, StdioTest, TestBody


def run_of(test: TestBody) -> Run:
    """Return the run that a test asks for, without the answer.

    A test program of `asserts` holds its answers; the sandbox runs it in a process of its own, which the
    candidate does not reach.
    """
    match test:
        case StdioTest(stdin=stdin):
            return StdioRun(stdin)
        case CallTest(function=function, args=args, kwargs=kwargs, class_name=class_name):
            return CallRun(function, args, dict(kwargs), class_name)
        case AssertsTest(source=source, candidate_names=names):
            return AssertsRun(source, names)
