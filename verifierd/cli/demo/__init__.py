"""`verifierd demo`: the service at work on problems whose verdicts are known."""
