"""A daemon's readings as metrics, made of what it has in hand when somebody asks: keeping them is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from verifierd.observing import CacheLoad, FleetLoad
from verifierd.telemetry.reading import Reading, RecordsLoad

Ask = Callable[[], tuple[Reading, float] | None]
"""Returns a reading and the seconds that the event loop let wait for it; None: it did not answer."""


class ReadingCollector:
    """Makes metrics of a reading, whenever they are asked for; none where the event loop does not answer."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def describe(self) -> Iterator[Metric]:
        """Name none beforehand: a registry need not read to register."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of now."""
        answer = self._ask()
        if answer is not None:
            reading, waited_s = answer
            yield _gauge(
                "verifierd_event_loop_lag_seconds", "How long the event loop let a question wait.", waited_s
            )
            yield from metrics_of(reading)


def metrics_of(reading: Reading) -> Iterator[Metric]:
    """Yield a reading as metrics."""
    load = reading.load
    age_s = (
        0.0 if load.oldest_queued_at_ns is None else max(0, reading.now_ns - load.oldest_queued_at_ns) / 1e9
    )
    yield _gauges("verifierd_build_info", "The daemon's version.", "version", {reading.version: 1})
    yield _gauge("verifierd_ready", "1 where work can be taken.", not reading.not_ready)
    yield _gauge("verifierd_draining", "1 where the daemon is about to stop.", load.is_draining)
    yield _gauge("verifierd_batches", "Batches in flight.", load.batches)
    yield _gauge("verifierd_queue_candidates", "Candidates that wait.", load.candidates_waiting)
    yield _gauge("verifierd_queue_age_seconds", "How long the first of those that wait has waited.", age_s)
    yield _gauge("verifierd_running_candidates", "Candidates that run.", load.candidates_running)
    yield _gauge("verifierd_slots", "Candidates that can run at a time.", load.slots)
    if reading.pool is not None:
        yield _gauges("verifierd_sandboxes", "Sandboxes by what they are at.", "state", reading.pool.states)
        yield _counters(
            "verifierd_sandbox_replacements_total",
            "Sandboxes that were replaced, by why.",
            "reason",
            reading.pool.replaced,
        )
    yield from _cache_metrics(reading.caches)
    if reading.records is not None:
        yield from _records_metrics(reading.records)
    if reading.fleet is not None:
        yield from _fleet_metrics(reading.fleet)


def _cache_metrics(caches: Mapping[str, CacheLoad]) -> Iterator[Metric]:
    if not caches:
        return
    hits = {name: each.hits for name, each in caches.items()}
    misses = {name: each.misses for name, each in caches.items()}
    used = {name: each.used_bytes for name, each in caches.items()}
    most = {name: each.max_bytes for name, each in caches.items()}
    yield _counters("verifierd_cache_hits_total", "Look-ups that found something.", "cache", hits)
    yield _counters("verifierd_cache_misses_total", "Look-ups that found nothing.", "cache", misses)
    yield _gauges("verifierd_cache_bytes", "What is kept.", "cache", used)
    yield _gauges("verifierd_cache_max_bytes", "What may be kept.", "cache", most)


def _records_metrics(records: RecordsLoad) -> Iterator[Metric]:
    yield _gauge("verifierd_store_up", "1 where the audit store can be written.", not records.trouble)
    yield _gauge("verifierd_records_waiting", "Entries that are not in the store yet.", records.waiting)
    yield _counters(
        "verifierd_records_total",
        "Entries of the audit store by what became of them.",
        "outcome",
        records.entries,
    )


def _fleet_metrics(fleet: FleetLoad) -> Iterator[Metric]:
    states = Counter({"ready": 0, "draining": 0})
    states.update("draining" if each.is_draining else "ready" for each in fleet.workers)
    yield _gauge("verifierd_fleet_connected", "1 where the queue's server answers.", not fleet.trouble)
    yield _gauges("verifierd_workers", "Workers that are heard of, by what they are at.", "state", states)
    yield _gauge(
        "verifierd_worker_slots", "Sandboxes of all workers.", sum(each.slots for each in fleet.workers)
    )
    yield _gauge(
        "verifierd_worker_slots_busy", "Those that are lent.", sum(each.slots_busy for each in fleet.workers)
    )
    yield _gauges("verifierd_work_pending", "Work that no worker has yet.", "priority", fleet.pending)
    yield _gauge("verifierd_work_in_progress", "Work that a worker has.", fleet.in_progress)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=float(value))


def _gauges(name: str, told: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family


def _counters(name: str, told: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, told, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
