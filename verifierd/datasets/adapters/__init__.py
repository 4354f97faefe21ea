"""The published formats by name. A new one is a module here, a line in `ADAPTERS` and a fixture."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from verifierd.datasets.adapter import Adapter
from verifierd.datasets.adapters.apps import APPS
from verifierd.datasets.adapters.codecontests import CODECONTESTS
from verifierd.datasets.adapters.codeforces import CODEFORCES
from verifierd.datasets.adapters.deepcoder import DEEPCODER_PREVIEW
from verifierd.datasets.adapters.eurus import EURUS
from verifierd.datasets.adapters.evalplus import HUMANEVAL_PLUS, MBPP_PLUS
from verifierd.datasets.adapters.humaneval import HUMANEVAL
from verifierd.datasets.adapters.humaneval_x import HUMANEVAL_X, HUMANEVALPACK
from verifierd.datasets.adapters.livecodebench import LIVECODEBENCH
from verifierd.datasets.adapters.mbpp import MBPP
from verifierd.datasets.adapters.multipl_e import MULTIPL_E
from verifierd.datasets.adapters.quixbugs import QUIXBUGS
from verifierd.datasets.adapters.synthetic1 import SYNTHETIC1
from verifierd.datasets.adapters.taco import TACO


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
    APPS,
    TACO,
    CODECONTESTS,
    LIVECODEBENCH,
    EURUS,
    SYNTHETIC1,
    DEEPCODER_PREVIEW,
    CODEFORCES,
)
