"""Bytes compressed by zstd, and back within a bound: what is read may be made to fill the memory."""

from __future__ import annotations

import io

import zstandard

MAX_BYTES = 1 << 31
"""More than anything has that is kept: all of it fits into messages of protobuf, which are smaller."""
_LEVEL = 3
_PIECE_BYTES = 16 << 20


def pack(content: bytes) -> bytes:
    """Return the bytes compressed, as one frame that tells their number."""
    return zstandard.compress(content, _LEVEL)


def unpack(packed: bytes, max_bytes: int) -> bytes:
    """Return what is packed.

    A large one is read piece by piece: it takes as much memory as it holds, whatever it says that it holds.

    Raises:
        ValueError: it is no such frame alone, or says that it holds more than `max_bytes` or `MAX_BYTES`.
    """
    max_bytes = min(max_bytes, MAX_BYTES)
    try:
        size_bytes = zstandard.frame_content_size(packed)
        if not 0 <= size_bytes <= max_bytes:
            raise ValueError(f"it should hold up to {max_bytes} bytes, and says {size_bytes}")
        if size_bytes > _PIECE_BYTES:
            return _in_pieces(packed, size_bytes)
        return zstandard.ZstdDecompressor().decompress(
            packed, max_output_size=max_bytes, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise ValueError(f"it cannot be decompressed: {error}") from None


def _in_pieces(packed: bytes, size_bytes: int) -> bytes:
    content = io.BytesIO()
    # Across frames, so that what stands behind the first one is seen.
    reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
    while content.tell() <= size_bytes and (piece := reader.read(_PIECE_BYTES)):
        content.write(piece)
    if content.tell() != size_bytes:  # a frame that is cut ends without an error
        raise ValueError(f"it says that it holds {size_bytes} bytes, and holds others")
    return content.getvalue()
