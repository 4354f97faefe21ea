"""Where candidates come from: one protocol, and a small module for each engine that decodes them."""

from verifierd_client.sampling.sampler import (
    Draw,
    FinishReason,
    Message,
    Prompt,
    Sample,
    Sampler,
    SamplerError,
    Sampling,
)

__all__ = [
    "Draw",
    "FinishReason",
    "Message",
    "Prompt",
    "Sample",
    "Sampler",
    "SamplerError",
    "Sampling",
]
