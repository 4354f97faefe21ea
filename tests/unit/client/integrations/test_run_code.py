"""SandboxFusion's run_code: its fields in, its fields out, and a failure of ours is a status to try again."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from tests.unit.api.fakes import Serving
from verifierd_client import (
    Candidate,
    CandidateResult,
    ExecutionResult,
    FilesTest,
    KilledBy,
    Limits,
    Output,
    StdioTest,
    Usage,
    Verdict,
    Verifier,
)
from verifierd_client.integrations.run_code.__main__ import _host_and_port
from verifierd_client.integrations.run_code.requests import BadRequest, read_request
from verifierd_client.integrations.run_code.responses import NotRun, write_response
from verifierd_client.integrations.run_code.server import RunCodeServer

ASKED = {"code": "ok", "language": "python"}
RAN = ExecutionResult(
    test_id="0",
    verdict=Verdict.WRONG_ANSWER,
    checker="tokens@1",
    detail="",
    exit_code=0,
    term_signal=None,
    killed_by=KilledBy.NOBODY,
    stdout=Output(b"out\n", 4, False),
    stderr=Output(b"err", 3, False),
    actual=None,
    behaviour=None,
    usage=Usage(0.5, 0.75, 1 << 20),
    queued_at=1.0,
    started_at=2.0,
    ended_at=3.0,
    attempts=1,
    sandbox_id="s",
    backend="bubblewrap",
)


def result_of(*executions: ExecutionResult, verdict: Verdict = Verdict.WRONG_ANSWER) -> CandidateResult:
    return CandidateResult("0", verdict, "why", "", executions, 0, 1, RAN.usage)


def test_a_request_is_one_test_of_one_program_under_its_limits() -> None:
    asked = read_request(
        {
            "code": "int main(){}",
            "language": "cpp",
            "stdin": "21",
            "compile_timeout": 5,
            "run_timeout": 2.5,
            "memory_limit_MB": 1024,
            "files": {},
            "fetch_files": [],
            "unknown": 1,
        }
    )
    problem = asked.problem()
    assert list(problem.tests) == [StdioTest("21", "")]
    assert asked.candidate() == Candidate("int main(){}", "cpp17")
    assert problem.limits == Limits(
        cpu_time_s=2.5, wall_time_s=7.5, memory_bytes=1 << 30, output_bytes=4 << 20
    )
    least = read_request(ASKED | {"stdin": None, "memory_limit_MB": -1}).problem()
    assert list(least.tests) == [StdioTest("", "")]
    assert least == read_request(ASKED | {"memory_limit_MB": None}).problem()
    assert least.limits.memory_bytes is None


def test_files_are_there_and_those_asked_for_come_back() -> None:
    files = {"in": base64.b64encode(b"\0a").decode(), "left-out": None}
    fetching = read_request(ASKED | {"files": files, "fetch_files": ["out", "out", "gone"]})
    (test,) = fetching.problem().tests
    assert test == FilesTest({"out": b"", "gone": b""}, {"in": b"\0a"}, "")
    (given,) = read_request(ASKED | {"files": files}).problem().tests
    assert given == FilesTest({"in": b""}, {"in": b"\0a"}, "")
    left = result_of(replace(RAN, actual=({"out": b"\0b"},)))
    assert write_response(left, "python", ["out", "gone"])["files"] == {
        "out": base64.b64encode(b"\0b").decode()
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": None}, "code must be text, and is None"),
        ({"language": "cobol"}, "language 'cobol' is not offered; allowed: python, cpp"),
        ({"run_timeout": 0}, r"run_timeout must be a number of seconds above 0, up to 1e\+09, and is 0"),
        ({"run_timeout": 10**400}, "run_timeout must be a number"),
        ({"compile_timeout": True}, "compile_timeout must be a number"),
        ({"run_timeout": float("inf")}, "run_timeout must be a number"),
        ({"memory_limit_MB": 0}, "memory_limit_MB must be a whole number of at least 1, or -1"),
        ({"memory_limit_MB": 1.5}, "memory_limit_MB must be"),
        ({"files": {"a": "no base64!"}}, "the content of 'a' must be base64"),
        ({"files": {"a": 3}}, "the content of 'a' must be base64"),
        ({"files": ["a"]}, "files must be an object"),
        ({"fetch_files": "a"}, "fetch_files must be a list of paths"),
        ({"stdin": 3}, "stdin must be text, and is 3"),
        ({"args": ["-x"]}, "args are for pytest"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read_request(ASKED | change)


@pytest.mark.parametrize(
    ("execution", "status", "run"),
    [
        (RAN, "Success", ("Finished", 0)),
        (replace(RAN, exit_code=3), "Failed", ("Finished", 3)),
        (replace(RAN, exit_code=None, term_signal=11), "Failed", ("Finished", -11)),
        (replace(RAN, exit_code=None, killed_by=KilledBy.MEMORY_LIMIT), "Failed", ("Finished", -9)),
        (replace(RAN, exit_code=None, killed_by=KilledBy.CPU_LIMIT), "Failed", ("TimeLimitExceeded", None)),
        (replace(RAN, exit_code=None, killed_by=KilledBy.WALL_LIMIT), "Failed", ("TimeLimitExceeded", None)),
    ],
)
def test_how_a_program_ended_is_told_in_sandboxfusions_words(
    execution: ExecutionResult, status: str, run: tuple[str, int | None]
) -> None:
    told = write_response(result_of(execution), "python", ())
    assert told["status"] == status
    assert (told["run_result"]["status"], told["run_result"]["return_code"]) == run
    assert (told["run_result"]["stdout"], told["run_result"]["stderr"]) == ("out\n", "err")
    assert told["run_result"]["execution_time"] == 0.75
    assert told["compile_result"] is None


def test_a_compiler_has_a_result_of_its_own_and_an_interpreter_has_none() -> None:
    built = replace(RAN, compile_started_at=1.0, compile_ended_at=3.5)
    assert write_response(result_of(built), "cpp", ())["compile_result"]["execution_time"] == 2.5
    refused = result_of(
        replace(RAN, verdict=Verdict.COMPILE_ERROR, detail="line 1"), verdict=Verdict.COMPILE_ERROR
    )
    compiled, script = (write_response(refused, language, ()) for language in ("cpp", "python"))
    assert (compiled["status"], compiled["run_result"]) == ("Failed", None)
    assert (compiled["compile_result"]["return_code"], compiled["compile_result"]["stderr"]) == (1, "line 1")
    assert (script["status"], script["compile_result"]) == ("Failed", None)
    assert (script["run_result"]["return_code"], script["run_result"]["stderr"]) == (1, "line 1")


def test_an_empty_script_runs_and_an_empty_program_does_not_compile() -> None:
    empty = result_of(verdict=Verdict.NO_CODE)
    assert write_response(empty, "python", ())["status"] == "Success"
    assert write_response(empty, "cpp", ())["status"] == "Failed"


@pytest.mark.parametrize("verdict", [Verdict.INFRASTRUCTURE_ERROR, Verdict.CANCELLED, Verdict.UNKNOWN])
def test_what_was_not_run_is_no_result_of_the_program(verdict: Verdict) -> None:
    with pytest.raises(NotRun, match=f"{verdict.value}: why"):
        write_response(result_of(verdict=verdict), "python", ())


class Http:
    """The server, and requests to it."""

    def __init__(self, server: RunCodeServer) -> None:
        self.server = server

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: Any) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def post(self, **fields: Any) -> tuple[int, Any]:
        return self.ask("POST", "/run_code", json.dumps(fields).encode())


def serving(address: str, **settings: Any) -> Iterator[Http]:
    with Verifier(address, **settings) as verifier:
        server = RunCodeServer(("127.0.0.1", 0), verifier, max_body_bytes=10_000)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Http(server)
        finally:
            Http(server).end()
            thread.join()


@pytest.fixture
async def here(served: Serving) -> AsyncIterator[Http]:
    servers = serving(served.server.address)
    yield await anyio.to_thread.run_sync(next, servers)
    await anyio.to_thread.run_sync(next, servers, None)


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Http]:
    yield from serving(f"unix:{tmp_path}/nobody.sock", retries=0)


@pytest.mark.anyio
async def test_a_request_over_http_is_answered(here: Http) -> None:
    status, told = await anyio.to_thread.run_sync(lambda: here.post(**ASKED))
    assert (status, told["status"], told["run_result"]["stdout"]) == (200, "Success", "out")
    assert await anyio.to_thread.run_sync(here.ask, "GET", "/v1/ping") == (200, "pong")


@pytest.mark.anyio
async def test_what_cannot_be_asked_is_refused_with_its_reason(here: Http) -> None:
    def asked() -> list[tuple[int, Any]]:
        return [
            here.post(code="x" * 5000, language="rust"),
            here.post(language="python"),
            here.ask("POST", "/run_code", b"{"),
            here.post(code="x", language="python", files={"\ud800": "eA=="}),
            here.ask("POST", "/elsewhere", b"{}"),
            here.ask("GET", "/elsewhere"),
            here.ask("POST", "/run_code", b"x" * 10_001),
            here.ask("POST", "/run_code", None, **{"Content-Length": "many"}),
            here.ask("POST", "/run_code", None, **{"Content-Length": "9" * 5000}),
        ]

    answers = await anyio.to_thread.run_sync(asked)
    assert [status for status, _ in answers] == [400, 400, 400, 400, 404, 404, 413, 411, 413]
    assert "rust" in answers[0][1]["detail"]
    assert answers[1][1]["detail"] == "code must be text, and is missing"
    assert "the body must be JSON" in answers[2][1]["detail"]
    assert "lone surrogate" in answers[3][1]["detail"]
    assert answers[6][1]["detail"] == "a body may have up to 10000 bytes"


def test_a_service_that_is_away_is_a_gateway_that_timed_out_and_no_failure_of_the_program(away: Http) -> None:
    status, told = away.post(**ASKED)
    assert status == 504
    assert "no daemon is there" in told["detail"]


def test_an_idle_connection_does_not_keep_the_server_from_ending(away: Http) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", away.server.server_port, timeout=20)
    connection.request("GET", "/v1/ping")
    assert connection.getresponse().read() == b'"pong"'
    ending = threading.Thread(target=away.end)
    ending.start()
    ending.join(10)
    assert not ending.is_alive()
    connection.close()


@pytest.mark.parametrize("text", ["8080", ":8080", "host:", "host:x", "host:70000"])
def test_where_to_listen_is_host_and_port(text: str) -> None:
    with pytest.raises(Exception, match=r"must be HOST:PORT, such as 127\.0\.0\.1:8080"):
        _host_and_port(text)
    assert _host_and_port("[::1]:0") == ("::1", 0)
