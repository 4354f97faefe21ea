"""Length-prefixed frames between a worker and the supervisor: a JSON header and raw blobs.

A frame is two big-endian 32-bit lengths (header, blobs), the header as UTF-8 JSON, then the blobs
end to end; the header's "sizes" says where each one ends. The worker imports this module too.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

PREFIX = struct.Struct(">II")
MAX_HEADER_BYTES = 64 << 20
MAX_BLOBS_BYTES = 1 << 30


class FrameError(Exception):
    """The bytes are not a frame."""


def pack(header: dict[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """Return one frame; `header` gets the key "sizes"."""
    text = json.dumps({**header, "sizes": [len(blob) for blob in blobs]}, separators=(",", ":")).encode()
    return b"".join([PREFIX.pack(len(text), sum(map(len, blobs))), text, *blobs])


def parse_prefix(prefix: bytes) -> tuple[int, int]:
    """Return the header's and the blobs' lengths in bytes. Raises FrameError past the bounds."""
    header_bytes, blobs_bytes = PREFIX.unpack(prefix)
    if header_bytes > MAX_HEADER_BYTES or blobs_bytes > MAX_BLOBS_BYTES:
        raise FrameError(f"frame of {header_bytes} + {blobs_bytes} bytes is over the bound")
    return header_bytes, blobs_bytes


def unpack(header: bytes, body: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return a frame's header and its blobs. Raises FrameError where they do not fit together."""
    try:
        fields = json.loads(header)
        sizes = fields.pop("sizes")
        blobs, offset = [], 0
        for size in sizes:
            blobs.append(body[offset : offset + size])
            offset += size
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FrameError(f"header is not understood: {error}") from None
    if offset != len(body) or any(size < 0 for size in sizes):
        raise FrameError(f"sizes {sizes} do not add up to {len(body)} bytes")
    return fields, blobs
