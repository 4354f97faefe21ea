"""Frames come out as they went in, and bytes that are no frame are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.inside.wire import (
    MAX_BLOBS_BYTES,
    MAX_HEADER_BYTES,
    PREFIX,
    FrameError,
    pack,
    parse_prefix,
    unpack,
)

headers = st.dictionaries(
    st.text(max_size=5).filter(lambda key: key != "sizes"), st.integers() | st.text(max_size=9)
)


@given(headers, st.lists(st.binary(max_size=50), max_size=5))
def test_a_frame_survives_the_wire(header: dict[str, object], blobs: list[bytes]) -> None:
    frame = pack(header, blobs)
    header_bytes, blobs_bytes = parse_prefix(frame[: PREFIX.size])
    assert len(frame) == PREFIX.size + header_bytes + blobs_bytes
    text = frame[PREFIX.size : PREFIX.size + header_bytes]
    assert unpack(text, frame[PREFIX.size + header_bytes :]) == (header, blobs)


@pytest.mark.parametrize(
    "lengths", [(MAX_HEADER_BYTES + 1, 0), (0, MAX_BLOBS_BYTES + 1), (2**32 - 1, 2**32 - 1)]
)
def test_a_frame_over_the_bound_is_refused(lengths: tuple[int, int]) -> None:
    with pytest.raises(FrameError, match="over the bound"):
        parse_prefix(PREFIX.pack(*lengths))


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"", b""),
        (b"[]", b""),
        (b"{}", b""),
        (b'{"sizes": 1}', b""),
        (b'{"sizes": ["1"]}', b"x"),
        (b'{"sizes": [1]}', b""),
        (b'{"sizes": [1]}', b"xy"),
        (b'{"sizes": [-1, 2]}', b"x"),
        (b"\xff", b""),
        (b"[" * 100_000, b""),
    ],
)
def test_a_header_that_does_not_fit_its_blobs_is_refused(header: bytes, body: bytes) -> None:
    with pytest.raises(FrameError):
        unpack(header, body)


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_noise_is_refused_and_nothing_else(header: bytes, body: bytes) -> None:
    try:
        fields, blobs = unpack(header, body)
    except FrameError:
        return
    assert b"".join(blobs) == body
    assert isinstance(fields, dict)
