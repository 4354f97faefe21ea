"""How much of the service each tenant may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quota:
    """What one tenant may use; 0: as much as there is.

    Attributes:
        requests_per_second: calls begun, on average; a tenant that was quiet may begin two seconds' worth at
            once, and one in any case.
        concurrent_calls: calls open at a time, those that only wait included.
        concurrent_candidates: candidates taken in and not yet judged, those of durable batches included.
        cpu_seconds_per_day: CPU seconds of its candidates in a day of UTC.
        stored_problem_bytes: problems kept for `PutProblem`; beyond it its own longest unused ones go.
    """

    requests_per_second: float = 0.0
    concurrent_calls: int = 0
    concurrent_candidates: int = 0
    cpu_seconds_per_day: float = 0.0
    stored_problem_bytes: int = 0


UNBOUNDED = Quota()


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quota of each tenant, and of those that have none of their own."""

    default: Quota = UNBOUNDED
    of_tenants: Mapping[str, Quota] = field(default_factory=dict)

    def of(self, tenant: str) -> Quota:
        """Return what a tenant may use."""
        return self.of_tenants.get(tenant, self.default)

    @property
    def bound_cpu_time(self) -> bool:
        """Tell whether anybody's CPU time is bounded, so that it is to be counted."""
        return any(each.cpu_seconds_per_day for each in (self.default, *self.of_tenants.values()))
