"""How near to the truth each backend's meters are: one bound for all, and the exceptions by name."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.cases import MIB
from tests.support.backends import Service


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Bounds of what a meter may be off by: the larger of a share and an amount. `why` no better.

    Where meters are looks that may miss a peak, the most of `runs` is what counts.
    `idle_bytes` is what a program that does nothing may be charged: its own pages of the interpreter, those
    of the process that forks it, page tables and stacks.
    """

    share: float = 0.05
    cpu_s: float = 0.005
    memory_bytes: int = 2 * MIB
    idle_bytes: int = 6 * MIB
    runs: int = 1
    why: str = ""

    def cpu_is_near(self, measured_s: float, true_s: float) -> bool:
        """Tell whether a CPU time is within the bound."""
        return abs(measured_s - true_s) <= max(self.share * true_s, self.cpu_s)

    def memory_is_near(self, measured_bytes: int, true_bytes: int) -> bool:
        """Tell whether a peak of memory is within the bound."""
        return abs(measured_bytes - true_bytes) <= max(self.share * true_bytes, self.memory_bytes)


EXACT = Accuracy()
# Each row is what its host's meters cannot do better, never what is convenient.
EXCEPTIONS = {
    "docker-runsc": Accuracy(
        share=0.25,
        cpu_s=0.06,
        memory_bytes=8 * MIB,
        idle_bytes=32 * MIB,
        runs=3,
        why="gVisor's kernel counts CPU time in ticks of 10 ms, charges whoever is ready, meters no peak, "
        "so both come from looks at /proc: start and end take ticks, and memory may come and go between two",
    ),
}


def accuracy_of(service: Service) -> Accuracy:
    """Return the bounds that the service's backend must keep."""
    return EXCEPTIONS.get(service.backend.name, EXACT)
