"""Ways to spend tokens and verification on one query, each of which ends in the same `Resolution`."""

from verifierd_client.strategies.adaptive import STAGES, adaptive
from verifierd_client.strategies.beam_search import beam_search
from verifierd_client.strategies.beliefs import Belief
from verifierd_client.strategies.best_of_n import best_of_n
from verifierd_client.strategies.feedback import Feedback, Reveal, Revise, revision_prompt
from verifierd_client.strategies.mcts import mcts
from verifierd_client.strategies.partial_programs import Steps, lines
from verifierd_client.strategies.query import Prices, Query, Resources, Strategy
from verifierd_client.strategies.resolution import Latency, Outcome, Resolution
from verifierd_client.strategies.resolutions import Quantiles, Totals, table, totals
from verifierd_client.strategies.self_consistency import self_consistency
from verifierd_client.strategies.sequential_revision import sequential_revision

__all__ = [
    "STAGES",
    "Belief",
    "Feedback",
    "Latency",
    "Outcome",
    "Prices",
    "Quantiles",
    "Query",
    "Resolution",
    "Resources",
    "Reveal",
    "Revise",
    "Steps",
    "Strategy",
    "Totals",
    "adaptive",
    "beam_search",
    "best_of_n",
    "lines",
    "mcts",
    "revision_prompt",
    "self_consistency",
    "sequential_revision",
    "table",
    "totals",
]
