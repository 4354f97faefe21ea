"""What a daemon is told of as: ready where it is, with gRPC's health in step; nothing is loaded in vain."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sandboxes.pool import PoolLoad
from tests.unit.telemetry.readings import NOW_NS
from verifierd.api.records import Records
from verifierd.audit.entries import Committed
from verifierd.audit.writer import Callback, Counts
from verifierd.config.settings import Settings
from verifierd.config.telemetry import TelemetrySection
from verifierd.daemon import telemetry as module
from verifierd.daemon.parts import Parts
from verifierd.daemon.telemetry import Telemetry, telemetry_for
from verifierd.observing import NOBODY, CacheLoad, Load, Observer, Stage
from verifierd.telemetry.errors import TracingNotInstalled

pytestmark = pytest.mark.anyio


class Scene:
    """A daemon whose parts are in memory."""

    def __init__(self) -> None:
        self.states = {"idle": 2, "busy": 0, "resetting": 0, "replacing": 0}
        self.trouble: str | None = None
        self.callbacks: list[Callback] = []
        self.parts = cast(
            Parts,
            SimpleNamespace(
                engine=SimpleNamespace(load=lambda: Load(slots=2), is_draining=False),
                pool=SimpleNamespace(load=lambda: PoolLoad(self.states, {})),
                problems=SimpleNamespace(load=CacheLoad),
            ),
        )

    @property
    def records(self) -> Records:
        writer = SimpleNamespace(
            counts=Counts(committed=5), waiting=1, trouble=self.trouble, on_commit=self.callbacks.append
        )
        return cast(Records, SimpleNamespace(writer=writer))


class Stored(Observer):
    """Keeps what took time."""

    def __init__(self) -> None:
        self.took: list[tuple[Stage, float]] = []

    def stage_took(self, stage: Stage, seconds: float) -> None:
        self.took.append((stage, seconds))


def _settings(**telemetry: Any) -> Settings:
    return Settings(telemetry=TelemetrySection(**telemetry))


async def test_a_daemon_that_starts_is_not_ready() -> None:
    assert list(Telemetry(NOBODY).reading().not_ready) == ["daemon"]


async def test_a_daemon_is_read_as_its_parts_are() -> None:
    scene, telemetry = Scene(), Telemetry(NOBODY, lambda: NOW_NS)
    telemetry.started(scene.parts, scene.records)
    reading = telemetry.reading()
    assert (reading.now_ns, reading.not_ready, reading.load.slots) == (NOW_NS, {}, 2)
    assert reading.records is not None
    assert (reading.records.entries["committed"], reading.records.waiting) == (5, 1)


async def test_a_store_that_cannot_be_written_keeps_it_from_work() -> None:
    scene, telemetry = Scene(), Telemetry(NOBODY)
    scene.trouble = "the disk is full"
    telemetry.started(scene.parts, scene.records)
    assert telemetry.reading().not_ready == {"store": "the disk is full"}


async def test_grpc_is_told_whenever_readiness_changes_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.001)
    scene, telemetry = Scene(), Telemetry(NOBODY)
    telemetry.started(scene.parts, None)
    told: asyncio.Queue[bool] = asyncio.Queue()
    keeping = asyncio.create_task(telemetry.keep_health(told.put))
    async with asyncio.timeout(10):
        for states, is_ready in (({"replacing": 2}, False), ({"idle": 1, "replacing": 1}, True)):
            scene.states = states
            assert await told.get() is is_ready
        await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert told.empty()


async def test_how_long_records_take_is_told_of_verdicts_alone() -> None:
    from tests.support.entries import begun, judged

    scene, observer = Scene(), Stored()
    verdict = judged(0, "b")
    telemetry = Telemetry(observer, lambda: verdict.occurred_at_ns + 250_000_000)
    telemetry.started(scene.parts, scene.records)
    entries: Sequence[Committed] = [Committed(1, begun("b")), Committed(2, verdict)]
    for callback in scene.callbacks:
        callback(entries)
    assert observer.took == [(Stage.STORE, 0.25)]


async def test_without_settings_nothing_is_counted_traced_or_served() -> None:
    async with telemetry_for(_settings()) as telemetry:
        assert (telemetry.observer, telemetry.address) == (NOBODY, "")


async def test_an_endpoint_has_the_port_that_was_chosen() -> None:
    async with telemetry_for(_settings(listen="127.0.0.1:0")) as telemetry:
        assert int(telemetry.address.removeprefix("127.0.0.1:")) > 0
        assert telemetry.observer is not NOBODY


async def test_traces_without_their_libraries_are_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [each for each in sys.modules if each.startswith("verifierd.telemetry.")]:
        if name.endswith((".exporting", ".tracing")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(TracingNotInstalled, match=r"verifierd\[tracing\]"):
        async with telemetry_for(_settings(traces="http://127.0.0.1:4318/v1/traces")):
            raise AssertionError("traces went nowhere, and nobody was told")


@pytest.mark.parametrize(
    "wrong", [{"listen": "9464"}, {"listen": "a:70000"}, {"traces": "collector:4317"}, {"traces_share": 1.5}]
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"telemetry|listen|traces"):
        _settings(**wrong)
