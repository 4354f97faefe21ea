"""What a program did, as SandboxFusion tells it.

Fields and statuses are those of RunCodeResponse and CommandRunResult in bytedance/SandboxFusion,
sandbox/server/sandbox_api.py and sandbox/runners/types.py; when a run has succeeded, `parse_run_status` there
says. A program that is given up for its memory or output has return code -9: a kill ends it there, too.
"""

from __future__ import annotations

import base64
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from verifierd_client.results import CandidateResult, ExecutionResult, KilledBy, Verdict

TIME = frozenset({KilledBy.CPU_LIMIT, KilledBy.WALL_LIMIT})
INTERPRETED = frozenset({"python", "nodejs", "js", "typescript", "ts", "php", "perl", "ruby"})


class NotRun(Exception):
    """The service could not run the program. That says nothing of it: the request may be made again."""


def write_response(result: CandidateResult, language: str, fetch_files: Sequence[str]) -> dict[str, Any]:
    """Return the JSON of what came of a program.

    Raises:
        NotRun: nothing came of it, for no fault of its own.
    """
    if not result.verdict.tells_of_program:
        raise NotRun(f"{result.verdict.value}: {result.detail}")
    compiled = run = None
    if result.verdict is Verdict.NO_CODE:  # an empty script runs, and does nothing
        compiled, run = (None, _finished(0)) if language in INTERPRETED else (_refused(result), None)
    elif result.verdict is Verdict.COMPILE_ERROR:
        refused = _refused(result)
        compiled, run = (None, refused) if language in INTERPRETED else (refused, None)
    else:
        (execution,) = result.executions
        compiled, run = _compilation(execution), _run(execution)
    return {
        "status": "Success" if all(_succeeded(each) for each in (compiled, run)) else "Failed",
        "message": "",
        "compile_result": compiled,
        "run_result": run,
        "executor_pod_name": None,
        "files": _files(result, fetch_files),
    }


def _refused(result: CandidateResult) -> dict[str, Any]:
    """Return what a compiler or interpreter says of a program that it refuses."""
    return _finished(1, stderr=result.executions[0].detail if result.executions else result.detail)


def _compilation(execution: ExecutionResult) -> dict[str, Any] | None:
    began, ended = execution.compile_started_at, execution.compile_ended_at
    return None if began is None or ended is None else _finished(0, ended - began)


def _run(execution: ExecutionResult) -> dict[str, Any]:
    output = {"stdout": execution.stdout.text, "stderr": execution.stderr.text}
    took_s = execution.usage.wall_time_s
    if execution.killed_by in TIME:
        return {"status": "TimeLimitExceeded", "execution_time": took_s, "return_code": None, **output}
    if execution.exit_code is not None:
        return _finished(execution.exit_code, took_s, **output)
    return _finished(-(execution.term_signal or signal.SIGKILL), took_s, **output)


def _finished(return_code: int, took_s: float = 0.0, stdout: str = "", stderr: str = "") -> dict[str, Any]:
    return {
        "status": "Finished",
        "execution_time": took_s,
        "return_code": return_code,
        "stdout": stdout,
        "stderr": stderr,
    }


def _succeeded(command: Mapping[str, Any] | None) -> bool:
    return command is None or (command["status"] == "Finished" and command["return_code"] == 0)


def _files(result: CandidateResult, fetch_files: Sequence[str]) -> dict[str, str]:
    """Return the files that were asked for and are there, in base64."""
    left = result.executions[0].actual if result.executions else None
    contents = left[0] if left and isinstance(left[0], Mapping) else {}
    return {path: base64.b64encode(contents[path]).decode() for path in fetch_files if path in contents}
