"""A sandbox of Inspect AI: each call is one execution, and the working folder travels there and back.

The service has no machine that stays. So the folder, packed, is kept here between calls, as bytes that nobody
here looks into; `folder.py` unpacks it in a fresh sandbox, does what is asked, and packs it again. What does
not hold by that is told in `docs/inspect.md`.
"""

from __future__ import annotations

import json
import secrets
import zlib
from importlib import resources
from typing import Any, Literal, overload

import anyio
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentLimits,
    SandboxUnavailableError,
    SandboxUserUnsupportedError,
    sandboxenv,
)
from pydantic import BaseModel, Field

from verifierd_client import (
    AsyncVerifier,
    ConnectionFailed,
    DeadlineExceeded,
    ExecutionResult,
    FilesTest,
    Limits,
    Options,
    Problem,
    ServerFault,
    Verdict,
)
from verifierd_client.integrations.address import server_address

PROGRAM = resources.files(__package__).joinpath("folder.py").read_text("utf-8")
AWAY = (ConnectionFailed, DeadlineExceeded, ServerFault)
MIB = 1 << 20
SPARE_S = 10.0  # to pack and unpack, beside a command's own time
KILLED = 137  # what a shell says of a command that a signal 9 ended


class SandboxConfig(BaseModel, frozen=True):
    """Where the service is, and the bounds of one call; the defaults are the most that it allows by itself.

    Without an address it is that of VERIFIERD_ADDRESS. `wall_time_s` is for a command without a timeout of
    its own. The folder and its files are in memory, so `disk_bytes` counts within `memory_bytes`.
    """

    address: str = Field(default_factory=server_address)
    cpu_time_s: float = 60.0
    wall_time_s: float = 300.0
    memory_bytes: int = 2048 * MIB
    disk_bytes: int = 1024 * MIB
    processes: int = 512
    open_files: int = 4096


class _Lost(Exception):
    """The call did not come to its end, and the folder is as it was; the message says why."""


@sandboxenv(name="verifierd")
class VerifierdSandbox(SandboxEnvironment):  # type: ignore[misc]
    """One sample's working folder, and the programs that run in it one at a time."""

    def __init__(self, config: SandboxConfig) -> None:
        """Begin with an empty folder; nothing is connected yet."""
        super().__init__()
        self._config = config
        self._verifier = AsyncVerifier(config.address)
        self._packed = b""
        self._one_at_a_time = anyio.Lock()

    @classmethod
    async def task_init(cls, task_name: str, config: BaseModel | str | None) -> None:
        """Ask the service what it can do, so that a wrong address ends a task before its first sample."""
        async with AsyncVerifier(_read_config(config).address, timeout_s=SPARE_S) as verifier:
            await verifier.capabilities()

    @classmethod
    async def sample_init(
        cls, task_name: str, config: BaseModel | str | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        """Return one sandbox."""
        return {"default": cls(_read_config(config))}

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: BaseModel | str | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """Close the connections."""
        for environment in environments.values():
            await environment.as_type(cls)._verifier.close()

    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Read what an eval log keeps of a `SandboxConfig`."""
        return SandboxConfig(**config)

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,  # noqa: ASYNC109 - Inspect's word
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command in the folder; its processes end with it. Nothing is repeated.

        Raises:
            SandboxUserUnsupportedError: for any user: programs run as one that the service chooses.
            SandboxUnavailableError: the service cannot be reached or has failed.
            TimeoutError: `timeout` or the limit of CPU time passed.
            PermissionError: the command may not be executed.
            OutputLimitExceededError: it wrote more than Inspect takes.
        """
        if user is not None:
            raise SandboxUserUnsupportedError(
                f"commands cannot run as {user!r}: verifierd chooses a user without privileges for each run"
            )
        most_bytes = SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
        call = {
            "cmd": cmd,
            "cwd": cwd or ".",
            "env": env or {},
            "timeout_s": timeout,
            "most_bytes": most_bytes,
        }
        try:
            told, outputs = await self._do("execute", call, input or b"", timeout)
        except _Lost as lost:
            return ExecResult(False, KILLED, "", str(lost))
        except FileNotFoundError as fault:
            return ExecResult(False, 127, "", f"{fault}\n")
        stdout, stderr = (output.decode(errors="replace") for output in outputs)
        if any(len(output) > most_bytes for output in outputs):
            raise OutputLimitExceededError(
                SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR, stdout[:most_bytes]
            )
        if told.get("timed_out"):
            raise TimeoutError(f"the command did not end within {timeout} s: {cmd}")
        returncode = told["returncode"]
        if returncode < 0:
            returncode = 128 - returncode  # as a shell says it of a signal
        return ExecResult(returncode == 0, returncode, stdout, stderr)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file, and the folders above it.

        Raises:
            SandboxUnavailableError: the service cannot be reached or has failed.
            OSError: as Python's `open`, such as PermissionError and IsADirectoryError.
        """
        try:
            await self._do("write", {"file": file}, contents)
        except _Lost as lost:
            raise OSError(f"{file} was not written: {lost}") from None

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Return what is in a file.

        Raises:
            SandboxUnavailableError: the service cannot be reached or has failed.
            OSError: as Python's `open`, such as FileNotFoundError and IsADirectoryError.
            UnicodeDecodeError: it is not UTF-8, where text is asked for.
            OutputLimitExceededError: it is larger than Inspect takes.
        """
        most_bytes = SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
        try:
            _, (content,) = await self._do("read", {"file": file, "most_bytes": most_bytes})
        except _Lost as lost:
            raise OSError(f"{file} was not read: {lost}") from None
        if len(content) > most_bytes:
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        return content.decode() if text else content

    async def _do(
        self, deed: str, call: dict[str, Any], stdin: str | bytes = b"", timeout_s: float | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        exchange = f".{secrets.token_hex(16)}"
        answer, packed = f"{exchange}/answer", f"{exchange}/packed"
        limits = Limits(
            cpu_time_s=self._config.cpu_time_s,
            wall_time_s=self._config.wall_time_s if timeout_s is None else timeout_s + SPARE_S,
            memory_bytes=self._config.memory_bytes,
            output_bytes=64 * MIB,
            disk_bytes=self._config.disk_bytes,
            processes=self._config.processes,
            open_files=self._config.open_files,
        )
        async with self._one_at_a_time:
            files: dict[str, str | bytes] = {f"{exchange}/call.json": json.dumps(call | {"deed": deed})}
            if self._packed:
                files[packed] = self._packed
            test = FilesTest({answer: b"", packed: b""}, files, stdin)
            execution = await self._run(Problem(f"inspect-{deed}", [test], limits))
            left = execution.actual[0] if execution.actual else {}
            if answer not in left:
                raise _lost(execution)
            self._packed = left.get(packed, self._packed)
        return _read_answer(left[answer], call.get("most_bytes", 0))

    async def _run(self, problem: Problem) -> ExecutionResult:
        try:
            batch = await self._verifier.verify(problem, [PROGRAM], Options(fresh=True))
        except AWAY as fault:
            raise SandboxUnavailableError(str(fault)) from fault
        result = batch.results[0]
        if result.verdict is Verdict.INFRASTRUCTURE_ERROR or not result.executions:
            raise SandboxUnavailableError(result.detail)
        return result.executions[0]


def _read_config(config: BaseModel | str | None) -> SandboxConfig:
    """Return the settings: those given, or with the address given as text."""
    if isinstance(config, SandboxConfig):
        return config
    if config is None:
        return SandboxConfig()
    if isinstance(config, str):
        return SandboxConfig(address=config)
    raise TypeError(
        f"the sandbox verifierd is set up by an address or a SandboxConfig, not {type(config).__name__}"
    )


def _lost(execution: ExecutionResult) -> Exception:
    """Say why an execution left no answer."""
    if execution.verdict is Verdict.TIME_LIMIT_EXCEEDED:
        return TimeoutError(execution.detail)
    if execution.exit_code == 0:
        return _Lost(
            "the working folder and the output, packed, are larger than a result of the service may be "
            "(8 MiB by default); the folder is as it was before"
        )
    return _Lost(f"{execution.detail}; the folder is as it was before")


def _read_answer(answer: bytes, most_bytes: int) -> tuple[dict[str, Any], list[bytes]]:
    """Return what was told, and the contents that go with it. It is not believed to be small."""
    unpacked = zlib.decompressobj().decompress(answer, 2 * most_bytes + MIB)
    head, _, rest = unpacked.partition(b"\n")
    told = json.loads(head)
    if "fault" in told:
        raise OSError(told["errno"], told["fault"])
    contents = []
    for size_bytes in told["sizes"]:
        contents.append(rest[:size_bytes])
        rest = rest[size_bytes:]
    return told, contents
