"""Programs as their compilers left them, for whoever has the same one compiled again.

A run near its limit is repeated alone, a checker or an interactor comes with every candidate: each would be
compiled anew. The supervisor keeps them, and none of the processes that candidates may reach ever sees them.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import asdict

from .building import Build

OF_TIME = (b"__DATE__", b"__TIME__", b"__TIMESTAMP__")


class CompileCache:
    """Packed folders by the digest of all that went into them, up to `max_bytes`.

    The longest unused go first. One cache serves one sandbox, which has one toolchain, and only what compiled
    well is kept.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._used_bytes = 0
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, digest: bytes) -> bytes | None:
        """Return what was kept under a digest."""
        if digest in self._kept:
            self._kept.move_to_end(digest)
        return self._kept.get(digest)

    def put(self, digest: bytes, folder: bytes) -> None:
        """Keep a folder, unless it is larger than all room there is."""
        if len(folder) > self._max_bytes or digest in self._kept:
            return
        self._kept[digest] = folder
        self._used_bytes += len(folder)
        while self._used_bytes > self._max_bytes:
            self._used_bytes -= len(self._kept.popitem(last=False)[1])


def digest_of(build: Build, folder: bytes) -> bytes | None:
    """Return the SHA-256 of a way to build and of the folder that the compiler finds.

    None: it asks when it is compiled, so it is to be compiled each time.
    """
    if any(word in folder for word in OF_TIME):
        return None
    how = json.dumps(asdict(build), sort_keys=True).encode()
    return hashlib.sha256(len(how).to_bytes(8, "big") + how + folder).digest()
