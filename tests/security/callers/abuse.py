"""What hostile callers do to a server: malformed frames, floods, slow readers, idle streams by the thousand.

`python -m tests.security.callers.abuse ADDRESS SECONDS IDLE_STREAMS` does all of it; the tokens that it shows
are read from standard input: one for the attacks, one for idle streams. It prints what it did as JSON.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.security.callers import http2
from tests.security.callers.http2 import Peer, call_headers, frame, message
from verifier.v1 import batch_pb2, problem_pb2
from verifier.v1 import verifier_service_pb2 as wire

SERVICE, AUDIT = "/verifier.v1.VerifierService/", "/verifier.v1.AuditService/"
METHODS = (
    *(SERVICE + name for name in ("Verify", "VerifyStream", "SubmitBatch", "GetBatch", "WatchBatch")),
    *(SERVICE + name for name in ("CancelBatch", "ListBatches", "PutProblem", "GetCapabilities", "Nothing")),
    *(AUDIT + name for name in ("ListExecutions", "GetExecution", "TailExecutions", "VerifyRecords")),
    *("/grpc.health.v1.Health/Watch", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
)
STREAMS_OF_A_CONNECTION = 1000
OPENED_A_SECOND = 200  # idle streams, over all connections: as many as are held, not how they come, is shown
PAUSE_S = 0.2  # between two attacks of a kind: what is shown is not that a full machine is slow
HELLO = http2.PREFACE + frame(http2.SETTINGS)
BOMB = gzip.compress(bytes(64 << 20))

Attack = Callable[[Peer, str, random.Random], Awaitable[None]]


async def garbage(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(dice.randbytes(dice.randrange(1, 1 << 14)))


async def garbage_after_the_preface(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, dice.randbytes(dice.randrange(1, 1 << 14)))


async def random_frames(peer: Peer, token: str, dice: random.Random) -> None:
    kinds = [(dice.randrange(12), dice.randrange(256), dice.randrange(1 << 31)) for _ in range(50)]
    await peer.send(HELLO, *(frame(*each, dice.randbytes(dice.randrange(64))) for each in kinds))


async def a_frame_larger_than_any(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, frame(http2.HEADERS, 4, 1, b"x" * 100, length=0xFFFFFF))


async def headers_that_are_none(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, frame(http2.HEADERS, 4, 1, dice.randbytes(200)))


async def settings_without_end(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, frame(http2.SETTINGS) * 4000)


async def pings_without_end(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, frame(http2.PING, 0, 0, bytes(8)) * 4000)


async def calls_that_are_reset_at_once(peer: Peer, token: str, dice: random.Random) -> None:
    """The rapid reset of CVE-2023-44487."""
    asked, reset = call_headers(SERVICE + "GetCapabilities", token), (8).to_bytes(4, "big")
    pairs = [
        frame(http2.HEADERS, 4, stream, asked) + frame(http2.RST_STREAM, 0, stream, reset)
        for stream in range(1, 1001, 2)
    ]
    await peer.send(HELLO, *pairs)


async def headers_without_end(peer: Peer, token: str, dice: random.Random) -> None:
    """The flood of continuations of CVE-2024-27316 and its like."""
    begin = frame(http2.HEADERS, 0, 1, call_headers(SERVICE + "Verify", token))
    more = frame(http2.CONTINUATION, 0, 1, http2.packed([("x" * 100, "y" * 1000)]))
    await peer.send(HELLO, begin, *(more for _ in range(2000)))


async def metadata_beyond_the_bound(peer: Peer, token: str, dice: random.Random) -> None:
    large = call_headers(SERVICE + "GetCapabilities", token, ("x-large", "y" * 15_000))
    await peer.send(HELLO, frame(http2.HEADERS, 5, 1, large))


async def windows_that_overflow(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, *(frame(http2.WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff") for _ in range(4)))


async def data_of_no_call(peer: Peer, token: str, dice: random.Random) -> None:
    await peer.send(HELLO, frame(http2.DATA, 0, 7, dice.randbytes(1000)))


async def a_message_that_says_it_is_4_gib(peer: Peer, token: str, dice: random.Random) -> None:
    begin = frame(http2.HEADERS, 4, 1, call_headers(SERVICE + "Verify", token))
    await peer.send(HELLO, begin, frame(http2.DATA, 0, 1, message(b"x", length=0xFFFFFFFF)))


async def damaged_messages(peer: Peer, token: str, dice: random.Random) -> None:
    sent = [HELLO]
    for stream, method in enumerate(METHODS):
        content = message(dice.randbytes(dice.randrange(200)))
        sent.append(frame(http2.HEADERS, 4, 2 * stream + 1, call_headers(method, token)))
        sent.append(frame(http2.DATA, 1, 2 * stream + 1, content))
    await peer.send(*sent)


async def a_message_that_unpacks_to_much(peer: Peer, token: str, dice: random.Random) -> None:
    begin = call_headers(SERVICE + "PutProblem", token, ("grpc-encoding", "gzip"))
    content = message(BOMB, is_compressed=True)
    parts = [content[at : at + 16_000] for at in range(0, len(content), 16_000)]
    last = len(parts) - 1
    await peer.send(
        HELLO,
        frame(http2.HEADERS, 4, 1, begin),
        *(frame(http2.DATA, int(place == last), 1, part) for place, part in enumerate(parts)),
    )


async def wrong_tokens(peer: Peer, token: str, dice: random.Random) -> None:
    guesses = [f"vfd_{dice.randbytes(6).hex()}_{dice.randbytes(21).hex()}x" for _ in range(100)]
    calls = [
        frame(http2.HEADERS, 5, 2 * place + 1, call_headers(SERVICE + "ListBatches", guess))
        for place, guess in enumerate(guesses)
    ]
    await peer.send(HELLO, *calls)


async def calls_without_end(peer: Peer, token: str, dice: random.Random) -> None:
    asked = call_headers(SERVICE + "GetCapabilities", token)
    calls = [
        frame(http2.HEADERS, 4, stream, asked) + frame(http2.DATA, 1, stream, message(b""))
        for stream in range(1, 401, 2)
    ]
    await peer.send(HELLO, *calls)


async def a_batch_that_nobody_reads(peer: Peer, token: str, dice: random.Random) -> None:
    """No window for a single byte of what comes back.

    Its programs are none, so that what is seen is what a caller does, and not that sandboxes change hands.
    """
    problem = problem_pb2.Problem(id="p", tests=[problem_pb2.TestCase(id="t")])
    problem.tests[0].stdio.expected_stdout = b"x"
    programs = [batch_pb2.Candidate(id=f"c{place}", language="python", source=b" ") for place in range(400)]
    request = wire.VerifyRequest(batch=batch_pb2.BatchSpec(problem=problem), candidates=programs)
    no_window = frame(http2.SETTINGS, 0, 0, http2.setting(http2.INITIAL_WINDOW, 0))
    begin = frame(http2.HEADERS, 4, 1, call_headers(SERVICE + "Verify", token))
    content = frame(http2.DATA, 1, 1, message(request.SerializeToString()))
    await peer.send(http2.PREFACE, no_window, begin, content)
    await asyncio.sleep(2.0)


async def a_connection_that_says_nothing(peer: Peer, token: str, dice: random.Random) -> None:
    await asyncio.sleep(2.0)


async def a_preface_byte_by_byte(peer: Peer, token: str, dice: random.Random) -> None:
    for place in range(10):
        await peer.send(HELLO[place : place + 1])
        await asyncio.sleep(0.1)


ATTACKS: tuple[Attack, ...] = (
    garbage,
    garbage_after_the_preface,
    random_frames,
    a_frame_larger_than_any,
    headers_that_are_none,
    settings_without_end,
    pings_without_end,
    calls_that_are_reset_at_once,
    headers_without_end,
    metadata_beyond_the_bound,
    windows_that_overflow,
    data_of_no_call,
    a_message_that_says_it_is_4_gib,
    damaged_messages,
    a_message_that_unpacks_to_much,
    wrong_tokens,
    calls_without_end,
    a_batch_that_nobody_reads,
    a_connection_that_says_nothing,
    a_preface_byte_by_byte,
)


class Idle:
    """Streams that are opened and then say nothing; those that the server ends are opened anew."""

    def __init__(self, address: str, token: str, streams: int) -> None:
        self.opened = 0
        self.ended = 0
        self.most_open = 0
        self._open = 0
        self._address = address
        self._headers = call_headers(SERVICE + "VerifyStream", token)
        full, rest = divmod(streams, STREAMS_OF_A_CONNECTION)
        self._of_connections = [STREAMS_OF_A_CONNECTION] * full + ([rest] if rest else [])

    async def hold(self) -> None:
        """Keep them open until cancelled."""
        await asyncio.gather(*map(self._hold, self._of_connections))

    async def _hold(self, streams: int) -> None:
        while True:
            with suppress(OSError):
                await self._hold_once(streams)
            await asyncio.sleep(1.0)

    async def _hold_once(self, streams: int) -> None:
        peer, own = await Peer.at(self._address), set[int]()
        opening = asyncio.create_task(self._keep_open(peer, own, streams))
        try:
            while found := await peer.frames():
                for kind, flags, stream in found:
                    is_end = kind == http2.RST_STREAM or (kind == http2.HEADERS and flags & 1)
                    if is_end and stream in own:
                        own.discard(stream)
                        self.ended += 1
                        self._open -= 1
                    if kind == http2.GOAWAY:
                        return
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            self._open -= len(own)
            await peer.close()

    async def _keep_open(self, peer: Peer, own: set[int], streams: int) -> None:
        """Open so many, and then others for those that the server ended."""
        await peer.send(HELLO)
        stream, a_second = 1, max(1, OPENED_A_SECOND // len(self._of_connections))
        while True:
            for _ in range(min(a_second, streams - len(own))):
                await peer.send(frame(http2.HEADERS, 4, stream, self._headers))
                own.add(stream)
                stream += 2
                self.opened += 1
                self._open += 1
            self.most_open = max(self.most_open, self._open)
            await asyncio.sleep(1.0)


async def abuse(
    address: str, tokens: tuple[str, str], seconds: float, idle_streams: int, seed: int
) -> dict[str, object]:
    """Do all of it for so long, over and over; return how often each was done.

    The first token is shown by all but the idle streams, which show the second.
    """
    done: Counter[str] = Counter()
    token, idle = tokens[0], Idle(address, tokens[1], idle_streams)

    async def repeated(attack: Attack, dice: random.Random) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError):
                peer = await Peer.at(address)
                try:
                    await attack(peer, token, dice)
                    await peer.until_closed(0.5)
                finally:
                    await peer.close()
            done[attack.__name__] += 1
            await asyncio.sleep(PAUSE_S)

    holding = asyncio.create_task(idle.hold())
    await asyncio.gather(
        *(repeated(attack, random.Random(seed + place)) for place, attack in enumerate(ATTACKS))
    )
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    streams = {"opened": idle.opened, "ended": idle.ended, "most_open": idle.most_open}
    return {"attacks": dict(done), "idle_streams": streams}


if __name__ == "__main__":
    _address, _seconds, _streams = sys.argv[1:4]
    _tokens = sys.stdin.readline().strip(), sys.stdin.readline().strip()
    sys.stdout.write(
        json.dumps(asyncio.run(abuse(_address, _tokens, float(_seconds), int(_streams), 1))) + "\n"
    )
