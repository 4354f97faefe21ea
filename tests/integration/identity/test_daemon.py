"""A daemon with identities, as an operator has it: refused in the open, served over TLS, started anew."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import verifierd_client as client
from tests.integration.daemon.serving import first_line, serving, start
from tests.support.certificates import Authority

pytestmark = pytest.mark.anyio

PROBLEM = client.Problem("echo", [client.StdioTest("", "done")])


def program(number: int) -> client.Candidate:
    """One that takes some CPU time, and that nobody has verified before."""
    return client.Candidate(f"sum(range(3_000_000))\nprint('done')  # {number}")


def made_token(config: Path, *arguments: str) -> str:
    command = (sys.executable, "-m", "verifierd", "token", "create", "--config", str(config), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


async def test_an_address_that_others_reach_stops_the_start(tmp_path: Path) -> None:
    process = await start("--listen", "0.0.0.0:0", log=tmp_path / "log")
    message = (await first_line(process))["error"]["message"]
    assert "identity.required" in message
    assert "tls.certificate_file" in message
    assert await process.wait() == 2


async def test_a_token_is_known_at_once_and_what_was_used_survives_a_restart(tmp_path: Path) -> None:
    authority, config = Authority(), tmp_path / "verifierd.toml"
    authority.signed("server", dns=("localhost",)).write(tmp_path / "c.pem", tmp_path / "k.pem")
    config.write_text(
        f"""
        [audit]
        database = {json.dumps(str(tmp_path / "audit.db"))}
        [tls]
        certificate_file = {json.dumps(str(tmp_path / "c.pem"))}
        key_file = {json.dumps(str(tmp_path / "k.pem"))}
        [identity]
        required = true
        refresh_seconds = 600
        [quotas]
        tenants = [{{tenant = "a", cpu_seconds_per_day = 0.001}}]
        """
    )
    tls = client.Tls(authority.certificate, server_name="localhost")
    for life in range(2):
        async with serving("--config", str(config), listen="127.0.0.1:0") as daemon:
            token = await asyncio.to_thread(made_token, config, "--tenant", "a")
            admin = await asyncio.to_thread(made_token, config, "--tenant", "ops", "--scope", "admin")
            async with client.AsyncVerifier(daemon.address, tls=tls, token=admin, timeout_s=60) as ops:
                assert (await ops.verify(PROBLEM, [program(life)])).results[0].passed
            async with client.AsyncVerifier(daemon.address, tls=tls, token=token, timeout_s=60) as verifier:
                if life == 0:
                    assert (await verifier.verify(PROBLEM, [program(10)])).results[0].passed
                with pytest.raises(client.QuotaExceeded, match="cpu_seconds_per_day") as refused:
                    await verifier.verify(PROBLEM, [program(11)])
                assert refused.value.retry_after_s is not None
            daemon.process.terminate()
            assert await daemon.ended() == 0
            log = daemon.log.read_text()
            assert '"reason": "QUOTA_EXCEEDED"' in log
            assert not any(each.split("_", 2)[2] in log for each in (token, admin))
