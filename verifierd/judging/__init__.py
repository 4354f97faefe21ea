"""Judging: what a run did becomes a verdict. Checkers compare outputs, `judge` applies them, `verdicts` names endings."""
