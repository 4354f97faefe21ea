"""What `verifierd top` shows: figures made of a daemon's metrics now and at the look before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

ANSWERS_WITHIN_S = 5.0
MOST_BYTES = 8 << 20

Labels = frozenset[tuple[str, str]]

# Of several daemons these are not added up: all tell of the same, or the one that is worst counts.
_GREATEST = (
    *("verifierd_queue_age_seconds", "verifierd_event_loop_lag_seconds", "verifierd_draining"),
    *("verifierd_workers", "verifierd_worker_slots", "verifierd_worker_slots_busy"),
    *("verifierd_work_pending", "verifierd_work_in_progress"),
)
_LEAST = (
    *("verifierd_ready", "verifierd_store_up", "verifierd_fleet_connected", "process_start_time_seconds"),
)
_WORK = "verifierd_work_seconds_count"


class NoAnswer(Exception):
    """A daemon's metrics cannot be read; the message says why and what to do."""


class Samples:
    """The samples of one look at a daemon, or at several."""

    def __init__(self, values: Mapping[tuple[str, Labels], float]) -> None:
        """Take values by name and labels."""
        self._by_name: dict[str, dict[Labels, float]] = defaultdict(dict)
        for (name, labels), value in values.items():
            self._by_name[name][labels] = value

    @classmethod
    def read(cls, text: str) -> Samples:
        """Return what is written in Prometheus' text format. Raises ValueError."""
        # No other command waits for it.
        from prometheus_client.parser import text_string_to_metric_families

        return cls(
            {
                (sample.name, frozenset(sample.labels.items())): sample.value
                for family in text_string_to_metric_families(text)
                for sample in family.samples
            }
        )

    @classmethod
    def merged(cls, looks: Iterable[Samples]) -> Samples:
        """Return several daemons as one."""
        found: dict[tuple[str, Labels], list[float]] = defaultdict(list)
        for look in looks:
            for name, values in look._by_name.items():
                for labels, value in values.items():
                    found[name, labels].append(value)
        return cls({key: _merge_of(key[0])(values) for key, values in found.items()})

    def has(self, name: str) -> bool:
        """Tell whether there is any sample of this name."""
        return name in self._by_name

    def total(self, name: str) -> float:
        """Return the sum over all labels; 0 where there is none."""
        return sum(self._by_name.get(name, {}).values())

    def by(self, name: str, label: str) -> dict[str, float]:
        """Return the sums by the values of one label."""
        sums: dict[str, float] = defaultdict(float)
        for labels, value in self._by_name.get(name, {}).items():
            sums[dict(labels).get(label, "")] += value
        return dict(sums)

    def buckets(self, name: str, label: str) -> dict[str, dict[float, float]]:
        """Return a histogram's cumulative counts by upper bound, by the values of one label."""
        found: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
        for labels, value in self._by_name.get(f"{name}_bucket", {}).items():
            told = dict(labels)
            found[told.get(label, "")][float(told["le"])] += value
        return {key: dict(counts) for key, counts in found.items()}


@dataclass(frozen=True, slots=True)
class Look:
    """What a daemon said at a moment: epoch seconds, its samples."""

    at_s: float
    samples: Samples


@dataclass(frozen=True, slots=True)
class Rate:
    """How many there are since the daemon's start, and how many a second came since the look before."""

    count: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown. Of the first look, rates and quantiles are since the daemon's start."""

    version: str
    up_s: float
    is_ready: bool
    is_draining: bool
    batches: int
    batches_ended: Rate
    waiting: int
    oldest_s: float
    running: int
    slots: int
    candidates: Rate
    executions: Rate
    verdicts: Mapping[str, Rate]
    stages_s: Mapping[str, tuple[float, float]]  # median and 95th percentile
    sandboxes: Mapping[str, int]
    replaced: Mapping[str, int]
    caches: Mapping[str, tuple[float, int, int]]  # share of look-ups that found something, bytes, at most
    cpu_seconds: Rate
    usd: float
    usd_per_hour: float
    saved: int
    infrastructure_errors: int
    reruns: int
    varying: int
    loop_lag_s: float
    is_store_up: bool | None  # None: it keeps no records
    records_waiting: int
    workers: Mapping[str, int] = field(default_factory=dict)
    worker_slots: int = 0
    worker_slots_busy: int = 0
    pending: Mapping[str, int] = field(default_factory=dict)
    worked: Rate | None = None  # candidates that a worker ran for front ends, which judge and count them


def fetch(address: str) -> Samples:
    """Return the samples of the daemon whose `telemetry.listen` is `address`. Blocks. Raises NoAnswer."""
    # No other command waits for it.
    from urllib.error import URLError
    from urllib.request import urlopen

    url = f"http://{address}/metrics"
    try:
        with urlopen(url, timeout=ANSWERS_WITHIN_S) as response:
            text = response.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError(f"it sent more than {MOST_BYTES >> 20} MiB")
        samples = Samples.read(text.decode())
        if not samples.has("verifierd_build_info"):
            raise ValueError("it is no daemon of verifierd, or one whose event loop does not answer")
    except (OSError, ValueError) as error:
        why = error.reason if isinstance(error, URLError) else error
        raise NoAnswer(
            f"it does not tell how it is: {why}; give the address that is set as telemetry.listen"
        ) from None
    return samples


def figures_of(now: Look, before: Look | None) -> Figures:
    """Return the figures of a look, given the one before."""
    samples = now.samples
    up_s = max(0.0, now.at_s - samples.total("process_start_time_seconds"))
    if before is not None and before.samples.total("process_start_time_seconds") != samples.total(
        "process_start_time_seconds"
    ):
        before = None  # it was restarted meanwhile
    seconds = max(1e-3, up_s if before is None else now.at_s - before.at_s)
    earlier = Samples({}) if before is None else before.samples

    def rate(name: str) -> Rate:
        count = samples.total(name)
        return Rate(round(count), max(0.0, count - earlier.total(name)) / seconds)

    verdicts_before = earlier.by("verifierd_verdicts_total", "verdict")
    usd = samples.total("verifierd_cost_usd_total")
    return Figures(
        version=", ".join(sorted(samples.by("verifierd_build_info", "version"))),
        up_s=up_s,
        is_ready=samples.total("verifierd_ready") > 0,
        is_draining=samples.total("verifierd_draining") > 0,
        batches=round(samples.total("verifierd_batches")),
        batches_ended=rate("verifierd_batches_total"),
        waiting=round(samples.total("verifierd_queue_candidates")),
        oldest_s=samples.total("verifierd_queue_age_seconds"),
        running=round(samples.total("verifierd_running_candidates")),
        slots=round(samples.total("verifierd_slots")),
        candidates=rate("verifierd_verdicts_total"),
        executions=rate("verifierd_executions_total"),
        verdicts={
            verdict: Rate(round(count), max(0.0, count - verdicts_before.get(verdict, 0.0)) / seconds)
            for verdict, count in samples.by("verifierd_verdicts_total", "verdict").items()
        },
        stages_s=_stages(samples, earlier),
        sandboxes=_counts(samples.by("verifierd_sandboxes", "state")),
        replaced=_counts(samples.by("verifierd_sandbox_replacements_total", "reason")),
        caches=_caches(samples),
        cpu_seconds=rate("verifierd_cost_cpu_seconds_total"),
        usd=usd,
        usd_per_hour=max(0.0, usd - earlier.total("verifierd_cost_usd_total")) / seconds * 3600,
        saved=round(
            samples.total("verifierd_cost_executions_saved_total")
            + samples.total("verifierd_cost_cache_hits_total")
        ),
        infrastructure_errors=round(samples.total("verifierd_infrastructure_errors_total")),
        reruns=round(samples.total("verifierd_reruns_total")),
        varying=round(samples.total("verifierd_nondeterministic_candidates_total")),
        loop_lag_s=samples.total("verifierd_event_loop_lag_seconds"),
        is_store_up=samples.total("verifierd_store_up") > 0 if samples.has("verifierd_store_up") else None,
        records_waiting=round(samples.total("verifierd_records_waiting")),
        workers=_counts(samples.by("verifierd_workers", "state")),
        worker_slots=round(samples.total("verifierd_worker_slots")),
        worker_slots_busy=round(samples.total("verifierd_worker_slots_busy")),
        pending=_counts(samples.by("verifierd_work_pending", "priority")),
        worked=rate(_WORK) if samples.has(_WORK) else None,
    )


def quantile(share: float, cumulative: Mapping[float, float]) -> float:
    """Return a quantile of cumulative counts by upper bound, as Prometheus' `histogram_quantile` has it."""
    bounds = sorted(cumulative)
    if not bounds or cumulative[bounds[-1]] <= 0:
        return 0.0
    rank = share * cumulative[bounds[-1]]
    if rank <= cumulative[bounds[0]]:
        return bounds[0] * rank / cumulative[bounds[0]]
    for low, high in pairwise(bounds):
        if rank <= cumulative[high]:
            if high == float("inf"):
                return low
            return low + (high - low) * (rank - cumulative[low]) / (cumulative[high] - cumulative[low])
    return bounds[-1]


def _stages(now: Samples, earlier: Samples) -> dict[str, tuple[float, float]]:
    """Return the median and the 95th percentile of each stage that took place."""
    before = earlier.buckets("verifierd_stage_seconds", "stage")
    found = {}
    for stage, counts in now.buckets("verifierd_stage_seconds", "stage").items():
        new = {bound: count - before.get(stage, {}).get(bound, 0.0) for bound, count in counts.items()}
        if new[max(new)] > 0:
            found[stage] = quantile(0.5, new), quantile(0.95, new)
    return found


def _caches(samples: Samples) -> dict[str, tuple[float, int, int]]:
    hits = samples.by("verifierd_cache_hits_total", "cache")
    misses = samples.by("verifierd_cache_misses_total", "cache")
    kept = samples.by("verifierd_cache_bytes", "cache")
    most = samples.by("verifierd_cache_max_bytes", "cache")
    return {
        cache: (
            hits[cache] / max(1.0, hits[cache] + misses.get(cache, 0.0)),
            round(kept.get(cache, 0.0)),
            round(most.get(cache, 0.0)),
        )
        for cache in hits
    }


def _counts(values: Mapping[str, float]) -> dict[str, int]:
    return {key: round(value) for key, value in values.items()}


def _merge_of(name: str) -> Callable[[Sequence[float]], float]:
    return max if name in _GREATEST else min if name in _LEAST else sum
