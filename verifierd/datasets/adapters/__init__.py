"""The published formats by name. A new one is a module here, a line in `ADAPTERS` and a fixture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.adapters.evalplus import HUMANEVAL_PLUS, MBPP_PLUS
from verifierd.datasets.adapters.humaneval import HUMANEVAL
from verifierd.datasets.adapters.humaneval_x import HUMANEVAL_X, HUMANEVALPACK
from verifierd.datasets.adapters.mbpp import MBPP
from verifierd.datasets.adapters.multipl_e import MULTIPL_E
from verifierd.datasets.adapters.quixbugs import QUIXBUGS


def _by_name(*adapters: Adapter) -> Mapping[str, Adapter]:
    return MappingProxyType({adapter.name: adapter for adapter in adapters})


ADAPTERS = _by_name(
    HUMANEVAL,
    HUMANEVAL_PLUS,
    HUMANEVAL_X,
    HUMANEVALPACK,
    MBPP,
    MBPP_PLUS,
    MULTIPL_E,
    QUIXBUGS,
)
