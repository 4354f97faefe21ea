"""Bytes compressed by zstd, and back within a bound: what is read may be made to fill the memory."""

from __future__ import annotations

import zstandard

_LEVEL = 3


def pack(content: bytes) -> bytes:
    """Return the bytes compressed, as one frame that tells their number."""
    return zstandard.compress(content, _LEVEL)


def unpack(packed: bytes, max_bytes: int) -> bytes:
    """Return what is packed.

    Raises:
        ValueError: it is no such frame, or says that it holds more than `max_bytes`.
    """
    try:
        size_bytes = zstandard.frame_content_size(packed)
        if not 0 <= size_bytes <= max_bytes:
            raise ValueError(f"it should hold up to {max_bytes} bytes, and says {size_bytes}")
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=max_bytes)
    except zstandard.ZstdError as error:
        raise ValueError(f"it cannot be decompressed: {error}") from None
