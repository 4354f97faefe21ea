"""What a sandbox gets to see of a test: its input. What is expected stays on this side."""

from __future__ import annotations

from sandboxes.model import AnswerRun, AssertsRun, CallRun, File, InteractiveRun, Run, StdioRun
from verifierd.judging.programs import ANSWER, INPUT, OUTPUT
from verifierd.model import AnswerTest, AssertsTest, CallTest, FilesTest, InteractiveTest, StdioTest, TestBody


def run_of(test: TestBody) -> Run:
    """Return the run that a test asks for, without the answer.

    A test program of `asserts` holds its answers; the sandbox runs it in a process of its own, which the
    candidate does not reach. So is what an `answer` test expects: it is compared by a library that could be
    made to hang, where the candidate's text never comes. Of a `files` test the sandbox is told at which paths
    to look, and that after the run.
    """
    match test:
        case StdioTest(stdin=stdin, arguments=arguments, input_file=input_file):
            files = (File(input_file, stdin),) if input_file else ()
            return StdioRun(b"" if input_file else stdin, arguments, files, test.looks_at)
        case FilesTest(files=files, stdin=stdin):
            return StdioRun(stdin, (), files, test.looks_at)
        case CallTest(function=function, args=args, kwargs=kwargs, class_name=class_name):
            return CallRun(function, args, dict(kwargs), class_name)
        case AssertsTest(source=source, candidate_names=names):
            return AssertsRun(source, names)
        case InteractiveTest(interactor=interactor):
            finds = (File(INPUT, test.input), File(ANSWER, test.answer))
            return InteractiveRun(interactor, (INPUT, OUTPUT, ANSWER), finds)
        case AnswerTest(expected=expected):
            return AnswerRun(expected)
