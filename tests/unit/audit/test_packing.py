"""What is packed comes back whole, and nothing else comes back."""

from __future__ import annotations

import pytest

from verifierd.audit.packing import MAX_BYTES, pack, unpack

LARGE = bytes(40 << 20)


@pytest.mark.parametrize("content", [b"", b"x" * 1000, LARGE], ids=["nothing", "some", "large"])
def test_what_is_packed_comes_back(content: bytes) -> None:
    assert unpack(pack(content), len(content)) == content


@pytest.mark.parametrize("content", [b"x" * 1000, LARGE], ids=["some", "large"])
@pytest.mark.parametrize("left_bytes", [9, -3])
def test_a_frame_that_is_cut_is_none(content: bytes, left_bytes: int) -> None:
    with pytest.raises(ValueError, match=r"cannot be decompressed|says that it holds"):
        unpack(pack(content)[:left_bytes], len(content))


@pytest.mark.parametrize("content", [b"x" * 1000, LARGE], ids=["some", "large"])
@pytest.mark.parametrize("behind", [b"x", b"more bytes", pack(b"another frame")])
def test_what_stands_behind_a_frame_is_no_part_of_it(content: bytes, behind: bytes) -> None:
    with pytest.raises(ValueError, match=r"cannot be decompressed|says that it holds"):
        unpack(pack(content) + behind, len(content))


def test_more_than_is_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="up to 999 bytes, and says 1000"):
        unpack(pack(b"x" * 1000), 999)


@pytest.mark.parametrize("size_bytes", [MAX_BYTES, MAX_BYTES + 1, 1 << 46])
def test_a_frame_takes_no_memory_for_what_it_says_alone(size_bytes: int) -> None:
    frame = b"\x28\xb5\x2f\xfd\xe0" + size_bytes.to_bytes(8, "little") + b"\x01\0\0"
    with pytest.raises(ValueError, match=r"cannot be decompressed|up to|says that it holds"):
        unpack(frame, size_bytes)
