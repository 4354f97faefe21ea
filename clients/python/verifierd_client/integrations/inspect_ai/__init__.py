"""Inspect AI: `verifierd_scorer` judges programs by tests, and the sandbox `verifierd` runs what agents run.

Inspect finds both by its entry point, `--sandbox verifierd` included.
"""

from verifierd_client.integrations.inspect_ai.sandbox import SandboxConfig, VerifierdSandbox
from verifierd_client.integrations.inspect_ai.scorer import verifierd_scorer

__all__ = ["SandboxConfig", "VerifierdSandbox", "verifierd_scorer"]
