"""A caller is told by its program and where it ran, and not by what gRPC is made of."""

from __future__ import annotations

import pytest

from verifierd.console.callers import caller


@pytest.mark.parametrize(
    ("requested_by", "told"),
    [
        (
            "unix: grpc-python/1.85.1 grpc-c/58.0.0 (linux; chttp2)",
            "grpc-python/1.85.1 on the daemon's machine",
        ),
        ("ipv4:10.0.0.7:51324 grpc-go/1.80.0", "grpc-go/1.80.0 at 10.0.0.7:51324"),
        ("ipv6:%5B::1%5D:51324", "a program at [::1]:51324"),
        ("ipv4:", "ipv4:"),
        ("somebody", "somebody"),
    ],
)
def test_a_caller_is_told_in_words(requested_by: str, told: str) -> None:
    assert caller(requested_by) == told
