"""KEDA's scaler `nats-jetstream` in numbers: what it reads of a server, and how many replicas follow from it.

KEDA asks the server's monitoring port for its consumers. The lag of one is what it has not handed out, and
what it has handed out and not got an acknowledgement for; where the stream has no such consumer, KEDA takes
the number of the stream's last message. The autoscaler wants the lag divided by the replicas to be
`lagThreshold`, and leaves alone what is within a tenth of it; KEDA wakes the first replica, and lets the last
one go.
"""

from __future__ import annotations

import json
import math
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

TOLERANCE = 0.1  # --horizontal-pod-autoscaler-tolerance of Kubernetes
TIMEOUT_S = 10.0


def lag(monitoring: str, stream: str, consumer: str, account: str = "$G") -> int:
    """Return the lag of a consumer by the server whose monitoring port is at HOST:PORT.

    Raises:
        KeyError: the account has no such stream.
    """
    connection = HTTPConnection(monitoring, timeout=TIMEOUT_S)
    try:
        connection.request(
            "GET", f"/jsz?{urlencode({'acc': account, 'consumers': 'true', 'config': 'true'})}"
        )
        said: dict[str, Any] = json.load(connection.getresponse())
    finally:
        connection.close()
    streams = {
        each["name"]: each
        for of in said.get("account_details", [])
        if of["name"] == account
        for each in of.get("stream_detail", [])
    }
    found = streams[stream]
    for each in found.get("consumer_detail") or []:
        if each["name"] == consumer:
            return int(each["num_pending"] + each["num_ack_pending"])
    return int(found["state"]["last_seq"])


def replicas(lag: int, threshold: int, present: int, least: int = 0, most: int = 100) -> int:
    """Return how many replicas are wanted where so many are there."""
    if lag <= 0:  # not above activationLagThreshold, whose default is 0
        return least
    if present and abs(lag / (threshold * present) - 1) <= TOLERANCE:
        return min(max(present, least), most)
    return min(max(math.ceil(lag / threshold), least, 1), most)
