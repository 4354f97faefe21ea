"""Judging: `verdicts` names how a run ended, checkers compare outputs, `judge` puts both together."""
