"""Checkers that do what published sets' own evaluators do, one module an evaluator.

Each follows its evaluator, unsound or not, so that figures can be compared. With the parameter
`strict=true` what is unsound in it is done rightly; the class says what that is.
"""

from __future__ import annotations

from verifierd.judging.evaluators.apps import Apps, AppsValue
from verifierd.judging.evaluators.codecontests import CodeContests
from verifierd.judging.evaluators.codeforces import Codeforces
from verifierd.judging.evaluators.evalplus import EvalPlus
from verifierd.judging.evaluators.genesys import Genesys, GenesysValue
from verifierd.judging.evaluators.livecodebench import LiveCodeBench, LiveCodeBenchValue
from verifierd.judging.evaluators.prime import Prime
from verifierd.judging.evaluators.sandboxfusion import SandboxFusion
from verifierd.judging.evaluators.taco import Taco

__all__ = [
    "Apps",
    "AppsValue",
    "CodeContests",
    "Codeforces",
    "EvalPlus",
    "Genesys",
    "GenesysValue",
    "LiveCodeBench",
    "LiveCodeBenchValue",
    "Prime",
    "SandboxFusion",
    "Taco",
]
