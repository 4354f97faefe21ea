"""Fixtures over the whole suite: one asyncio backend, no leftovers on the host, no blocked event loop."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog

from tests.support.blob_places import _session_s3, blob_place, s3_server  # noqa: F401 - fixtures, for all
from tests.support.halves import mark_what_runs_beside
from tests.support.leaks import adopt_orphans, left_behind, neighbours_watched, snapshot_at_rest
from tests.support.loop_watch import FSSPEC, LoopWatch
from tests.support.stores import impatient, own_postgres, postgres, server, store, store_settings  # noqa: F401 - fixtures, for all

REPOSITORY = Path(__file__).resolve().parent.parent
# Tracebacks as the daemon logs them: rich ones take a third of a second of the event loop to make.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
# How long an example takes says more of what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
WATCHED_FOLDERS = {"integration", "security", "faults"}


@pytest.hookimpl(tryfirst=True)  # before what they are chosen by
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_what_runs_beside(items)


@pytest.fixture(autouse=True, scope="module")
def spare_the_collector() -> None:
    """Take all that pytest keeps out of the collector's way: going over it would hold up an event loop."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real programs beside the checkout; tests that need it skip where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("real programs are not here: no ../shared/data beside the checkout")
    return folder


@pytest.fixture(scope="session")
def _adopting_orphans() -> None:
    adopt_orphans()


@pytest.fixture(autouse=True)
def leaves_nothing_behind(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Fail a test that touches the host and leaves a process, mount, cgroup, file or listener behind."""
    if request.node.nodeid.split("/")[1] not in WATCHED_FOLDERS:
        yield
        return
    request.getfixturevalue("_adopting_orphans")
    tmp_path_factory.getbasetemp()  # made now, so that pytest's own folder is not taken for a leftover
    # Short, since a socket's path has room for 107 bytes.
    with tempfile.TemporaryDirectory(prefix="vt-", ignore_cleanup_errors=True) as temp_dir:
        monkeypatch.setenv("TMPDIR", temp_dir)
        monkeypatch.setattr(tempfile, "tempdir", temp_dir)
        before = snapshot_at_rest(Path(temp_dir))
        with neighbours_watched():
            yield
        allowed = {mark.kwargs["kind"] for mark in request.node.iter_markers("leaves")}
        remains = left_behind(before, Path(temp_dir))
        found = {kind: what for kind, what in remains.items() if kind not in allowed}
    if found:
        pytest.fail(f"left behind on the host: {found}")


@pytest.fixture(scope="session")
def unwatched_threads() -> frozenset[str]:
    """Names of threads whose event loops may be held."""
    return frozenset({FSSPEC})


@pytest.fixture(autouse=True)
def never_blocks_the_loop(unwatched_threads: frozenset[str]) -> Iterator[None]:
    """Fail a test in which some callback held an event loop too long."""
    watch = LoopWatch(unwatched=unwatched_threads)
    with watch.watching():
        yield
    if watch.blocked:
        pytest.fail(f"the event loop was held longer than {watch.bound_s} s: {watch.blocked}")
