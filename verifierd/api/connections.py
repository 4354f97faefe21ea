"""What a connection may do, and how many there may be at a time."""

from __future__ import annotations

import resource

OPEN_FILES = 1 << 16
"""What is reckoned with where a process may open any number of files."""

LONGEST_WAIT_S = 3600
"""Of a call for its turn, where its caller sets no deadline."""

LARGEST = (1 << 31) - 1  # that an option may be

# What no honest client needs more of; times in milliseconds.
_BOUNDS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_metadata_size", 8 << 10),
    # None is taken that is compressed: a few KiB may unpack to all the memory that there is.
    ("grpc.compression_enabled_algorithms_bitset", 1),
    ("grpc.absolute_max_metadata_size", 16 << 10),
    ("grpc.server_handshake_timeout_ms", 10_000),
    # A peer that is gone is noticed, and its calls end.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Who pings more often than this, with nothing to say, is sent away.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 3),
    # A connection without a call: the client opens another when it has one.
    ("grpc.max_connection_idle_ms", 300_000),
)


def connection_options(max_streams: int, max_connections: int) -> tuple[tuple[str, int], ...]:
    """Return gRPC's options for a server with so many calls over each of so many connections.

    All of them may wait for their turn. gRPC itself would cancel calls of whoever comes while a thousand
    wait: of six clients with a thousand calls each, every second one.
    """
    most_calls = min(max_streams * max_connections, LARGEST)
    return (
        *_BOUNDS,
        ("grpc.max_concurrent_streams", max_streams),
        # Further ones are closed as they come.
        ("grpc.max_allowed_incoming_connections", max_connections),
        ("grpc.server.max_pending_requests", most_calls),
        ("grpc.server.max_pending_requests_hard_limit", most_calls),
        ("grpc.server_max_unrequested_time_in_server", LONGEST_WAIT_S),
    )


def connections_of_this_process() -> int:
    """Return how many connections leave as many files again to open: sandboxes need them."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_files = OPEN_FILES if soft == resource.RLIM_INFINITY else soft
    return max(1, open_files // 2)
