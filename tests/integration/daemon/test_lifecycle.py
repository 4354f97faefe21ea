"""A daemon's life and its end: drained by one signal, forced by two, nothing left after any of them."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import psutil
import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

import verifierd_client as client
from tests.integration.daemon.serving import first_line, serving, start
from verifierd.config import load_settings
from verifierd.daemon.embedded import embedded_daemon
from verifierd.daemon.process import REPEATED_S

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem(
    "echo", [client.StdioTest("", "done")], client.Limits(cpu_time_s=5.0, wall_time_s=20.0)
)
QUICK = client.Candidate("print('done')", id="quick")
WAITING = client.Candidate("import time\ntime.sleep(1)\nprint('done')", id="waiting")
ENDLESS = client.Candidate("import time\ntime.sleep(18)", id="endless")


async def health(address: str) -> int:
    async with aio.insecure_channel(address) as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        return int(answer.status)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_after_one_signal_running_work_ends_and_new_work_is_refused(number: signal.Signals) -> None:
    async with serving() as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        assert await health(daemon.address) == health_pb2.HealthCheckResponse.SERVING
        stream = verifier.stream(PROBLEM, [QUICK, WAITING])
        async with stream:
            results = [await anext(stream)]
            daemon.signal(number)
            while await health(daemon.address) == health_pb2.HealthCheckResponse.SERVING:
                pass
            with pytest.raises(client.ServerBusy):
                await verifier.verify(PROBLEM, [QUICK])
            results += [result async for result in stream]
        assert {result.candidate_id: result.verdict.name for result in results} == {
            "quick": "ACCEPTED",
            "waiting": "ACCEPTED",
        }
        assert stream.summary.stop_reason is client.StopReason.COMPLETED
        assert await daemon.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_second_signal_does_not_wait(number: signal.Signals) -> None:
    async with serving() as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        stream = verifier.stream(PROBLEM, [QUICK, ENDLESS])
        async with stream:
            await anext(stream)
            daemon.signal(signal.SIGTERM)
            while await health(daemon.address) == health_pb2.HealthCheckResponse.SERVING:
                pass
            await asyncio.sleep(REPEATED_S)
            daemon.signal(number)
            assert await daemon.ended() == 128 + number
            with pytest.raises(client.ConnectionFailed, match="was stopped and ended the call"):
                await anext(stream)


async def test_a_signal_that_comes_several_times_at_once_is_one() -> None:
    async with serving() as daemon:
        for _ in range(5):
            daemon.signal(signal.SIGTERM)
            await asyncio.sleep(0.002)
        assert await daemon.ended() == 0


async def test_what_does_not_end_within_the_drain_timeout_is_cancelled() -> None:
    async with (
        serving(VERIFIERD_SERVER__DRAIN_TIMEOUT_S="0.2") as daemon,
        client.AsyncVerifier(daemon.address, retries=0) as verifier,
    ):
        stream = verifier.stream(PROBLEM, [QUICK, ENDLESS])
        async with stream:
            first = await anext(stream)
            daemon.signal(signal.SIGTERM)
            (second,) = [result async for result in stream]
        assert (first.verdict, second.verdict) == (client.Verdict.ACCEPTED, client.Verdict.CANCELLED)
        assert await daemon.ended() == 0
        assert daemon.events()[-1]["everything_ended"] is False


async def test_no_sandbox_process_survives_a_killed_daemon() -> None:
    async with serving() as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        stream = verifier.stream(PROBLEM, [QUICK, ENDLESS])
        async with stream:
            await anext(stream)
            processes = psutil.Process(daemon.process.pid).children(recursive=True)
            daemon.signal(signal.SIGKILL)
            await daemon.ended()
            _, alive = psutil.wait_procs(processes, timeout=5.0)
            assert len(processes) >= 2
            assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []
    async with serving() as successor:  # removes the cgroups that its predecessor could not
        successor.signal(signal.SIGTERM)
        assert await successor.ended() == 0


async def test_a_port_is_chosen_where_any_will_do() -> None:
    async with serving(listen="127.0.0.1:0") as daemon:
        assert int(daemon.address.rpartition(":")[2]) > 0
        async with client.AsyncVerifier(daemon.address) as verifier:
            assert "python" in [language.name for language in (await verifier.capabilities()).languages]


async def test_an_address_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    async with serving() as daemon:
        process = await start("--listen", daemon.address, log=tmp_path / "log")
        assert "another server" in (await first_line(process))["error"]["message"]
        assert await process.wait() == 3
        async with client.AsyncVerifier(daemon.address, retries=0) as verifier:
            assert (await verifier.verify(PROBLEM, [QUICK])).results[0].passed


async def test_a_port_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await start("--listen", f"127.0.0.1:{taken.getsockname()[1]}", log=tmp_path / "log")
        assert "it is taken" in (await first_line(process))["error"]["message"]
        assert await process.wait() == 3


async def test_a_socket_file_that_nobody_listens_on_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with serving(listen=f"unix:{path}") as daemon, client.AsyncVerifier(daemon.address) as verifier:
        assert (await verifier.verify(PROBLEM, [QUICK])).results[0].passed


async def test_a_host_that_cannot_run_sandboxes_stops_the_start_with_the_remedy(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = await start(
        "--listen", f"unix:{tmp_path}/s", log=log, VERIFIERD_SANDBOX__PYTHON="/usr/bin/no-python"
    )
    message = (await first_line(process))["error"]["message"]
    assert await process.wait() == 3
    assert "this host cannot run sandboxes" in message
    assert "no-python" in message


async def test_every_log_line_is_json_with_time_level_and_event() -> None:
    async with serving() as daemon, client.AsyncVerifier(daemon.address, retries=0) as verifier:
        await verifier.verify(PROBLEM, [QUICK])
        with pytest.raises(client.InvalidRequest):
            await verifier.verify(PROBLEM, [client.Candidate("", "cobol")])
        daemon.signal(signal.SIGTERM)
        await daemon.ended()
        events = daemon.events()
        assert all({"timestamp", "level", "event", "logger"} <= set(event) for event in events)
        assert {"daemon_started", "signal_received", "drain_started", "daemon_stopped"} <= {
            event["event"] for event in events
        }


async def test_an_embedded_daemon_serves_and_leaves_nothing() -> None:
    async with embedded_daemon(load_settings()) as address, client.AsyncVerifier(address) as verifier:
        assert (await verifier.verify(PROBLEM, [QUICK])).results[0].passed
        folder = Path(address.removeprefix("unix:")).parent
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
