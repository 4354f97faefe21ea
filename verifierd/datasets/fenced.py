"""Programs in what models write: the last block between fences of three backticks."""

from __future__ import annotations

import re

# As genesys (PrimeIntellect-ai/genesys, verifiers/code_test_verifier.py) and rllm (rewards/code_reward.py)
# find it.
_BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


def last_block(response: str) -> str:
    """Return the program in the last fenced block; a response without one is a program itself."""
    blocks = _BLOCK.findall(response)
    return blocks[-1] if blocks else response
