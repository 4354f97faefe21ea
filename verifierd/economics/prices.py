"""The price table: what a second of CPU, a second of memory, an execution and a token cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

GIB = 1 << 30
SECOND_NS = 1_000_000_000
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices in US dollars, each at least 0. A table of zeros makes verifying free.

    Raises:
        ValueError: a price is negative, infinite or no number.
    """

    usd_per_vcpu_second: float = 0.0
    usd_per_gib_second: float = 0.0
    usd_per_execution: float = 0.0
    usd_per_million_prompt_tokens: float = 0.0
    usd_per_million_completion_tokens: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            price = getattr(self, field.name)
            if not 0 <= price < math.inf:
                raise ValueError(f"{field.name} is {price}; a price is a finite number of at least 0")

    def money_usd(self, cpu_time_ns: int, memory_byte_ns: int, executions: int) -> float:
        """Return the price of so many CPU nanoseconds, byte-nanoseconds of memory and executions."""
        return math.fsum(
            (
                self.usd_per_vcpu_second * (cpu_time_ns / SECOND_NS),
                self.usd_per_gib_second * (memory_byte_ns / (GIB * SECOND_NS)),
                self.usd_per_execution * executions,
            )
        )

    def tokens_usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return the price of so many tokens read and written."""
        return math.fsum(
            (
                self.usd_per_million_prompt_tokens * prompt_tokens / MILLION,
                self.usd_per_million_completion_tokens * completion_tokens / MILLION,
            )
        )
