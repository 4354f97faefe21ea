"""What equal runs did before: an outcome is used again once two runs of their own have agreed on it.

It is kept under the digest of all that a sandbox is told of the run: the program and how it is built, the
input, the limits. One cache serves one daemon, whose sandboxes have one backend and one toolchain.

What is not the program's alone is not kept: an outcome near a limit, or by one; one that took more than one
sandbox; a program that `varying` suspects. Two runs that differ show a program that varies: of that one
nothing is used again, whatever comes of it. Where there are several sandboxes, two of them have to agree:
where objects lie in memory, and so in what order a set has them, is one thing in one sandbox.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace

from sandboxes.model import Ending, Limits
from verifierd.judging.answers import Answer, Executed
from verifierd.judging.fingerprint import fingerprint
from verifierd.model.sizes import bytes_of
from verifierd.observing import CacheLoad

ENTRY_BYTES = 2048  # what an entry takes beside its outputs, about
CHARACTER_BYTES, VALUE_FACTOR = 4, 8  # at most: of text, and of a value's parts over what `bytes_of` counts
LARGEST_SHARE = 64  # an entry has at most one part in so many of the cache
KNOWN_TO_VARY = 1 << 16  # programs; of older ones two runs must differ anew
# At most so much of a limit: beyond it the load of the host might have a say.
TIME_SHARE, SPACE_SHARE = 0.5, 0.75

_OWN_ENDINGS = frozenset({Ending.FINISHED, Ending.RAISED, Ending.ASSERTION_FAILED})
_REFUSALS = frozenset({"CompileError", "SyntaxError", "IndentationError", "TabError"})


@dataclass(slots=True)
class _Entry:
    """What one run did. Its size counts the outputs and all that is kept with them, at most."""

    answer: Executed
    did: bytes
    size_bytes: int
    is_confirmed: bool = False


class ResultCache:
    """Outcomes by the digests of program and run, up to `max_bytes`; the longest unused programs go first."""

    def __init__(self, max_bytes: int, sandboxes: int = 1) -> None:
        """`sandboxes` is how many there are to agree."""
        self._max_bytes = max_bytes
        self._largest_bytes = max_bytes // LARGEST_SHARE
        self._needs_two = sandboxes > 1
        self._used_bytes = 0
        self._hits = self._misses = 0
        self._programs: OrderedDict[bytes, dict[bytes, _Entry]] = OrderedDict()
        self._varying: OrderedDict[bytes, None] = OrderedDict()

    @property
    def used_bytes(self) -> int:
        """Return about how much memory the outcomes take."""
        return self._used_bytes

    def load(self) -> CacheLoad:
        """Return what there is at this moment, and of how much use it was."""
        return CacheLoad(self._hits, self._misses, self._used_bytes, self._max_bytes)

    def known(self, program: bytes, run: bytes) -> Executed | None:
        """Return what equal runs did, if it is known; it took no time now, so it has no times."""
        entry = self._programs.get(program, {}).get(run)
        if entry is None or not entry.is_confirmed:
            self._misses += 1
            return None
        self._hits += 1
        self._programs.move_to_end(program)
        return entry.answer

    def saw(self, program: bytes, run: bytes, answer: Answer, limits: Limits) -> None:
        """Learn from a run that was carried out under these limits."""
        if program in self._varying:
            return
        made = self._entry(answer, limits) if isinstance(answer, Executed) else None
        before = self._programs.get(program, {}).get(run)
        if made is None:
            self._drop(program, run)
        elif before is None:
            self._keep(program, run, made)
        elif before.did != made.did:
            self._forget(program)
            self._note_varying(program)
        elif not self._needs_two or before.answer.sandbox_id != made.answer.sandbox_id:
            before.is_confirmed = True

    def _entry(self, answer: Executed, limits: Limits) -> _Entry | None:
        """Return what is to be kept of an answer; None where it is not the program's own, or too large."""
        size_bytes = _size_bytes(answer, self._largest_bytes)
        did = _what_it_did(answer, limits) if size_bytes < self._largest_bytes else None
        if did is None:
            return None
        known = replace(answer.outcome, started_at_ns=0, ended_at_ns=0, compilation=None)
        return _Entry(replace(answer, outcome=known, is_known=True), did, size_bytes)

    def _keep(self, program: bytes, run: bytes, entry: _Entry) -> None:
        self._programs.setdefault(program, {})[run] = entry
        self._programs.move_to_end(program)
        self._used_bytes += entry.size_bytes
        while self._used_bytes > self._max_bytes:
            oldest, runs = next(iter(self._programs.items()))
            if oldest == program:  # it alone is larger: its longest known runs go
                self._drop(program, next(iter(runs)))
            else:
                self._forget(oldest)

    def _drop(self, program: bytes, run: bytes) -> None:
        entries = self._programs.get(program, {})
        entry = entries.pop(run, None)
        if entry is not None:
            self._used_bytes -= entry.size_bytes
            if not entries:
                del self._programs[program]

    def _forget(self, program: bytes) -> None:
        entries = self._programs.pop(program)
        self._used_bytes -= sum(entry.size_bytes for entry in entries.values())

    def _note_varying(self, program: bytes) -> None:
        self._varying[program] = None
        while len(self._varying) > KNOWN_TO_VARY:
            self._varying.popitem(last=False)


def _size_bytes(answer: Executed, enough: int) -> int:
    """Return what an entry takes, at most; counting stops at `enough`."""
    outcome = answer.outcome
    written = [outcome.stdout, outcome.stderr, *(each.content for each in outcome.left)]
    said = len(outcome.raised.message) if outcome.raised else 0
    values_bytes = VALUE_FACTOR * bytes_of(outcome.value, enough)
    return ENTRY_BYTES + sum(map(len, written)) + CHARACTER_BYTES * said + values_bytes


def _what_it_did(answer: Executed, limits: Limits) -> bytes | None:
    """Return the SHA-256 of all that a caller could tell two outcomes apart by, but what they took.

    None where it is not the program's own, or has a value without a value form, which is equal to nothing.
    """
    outcome, raised = answer.outcome, answer.outcome.raised
    value = fingerprint(outcome.value[0]) if outcome.value else b""
    if value is None or not _is_the_program_s_own(answer, limits):
        return None
    told = (
        *(outcome.ending.value, outcome.exit_code, outcome.term_signal, outcome.behaviour),
        *((raised.class_name, raised.message) if raised else ()),
        *(outcome.stdout_total_bytes, outcome.stderr_total_bytes, outcome.result_total_bytes),
        *(outcome.left_total_bytes, outcome.numbers_are_one, [each.what.value for each in outcome.left]),
    )
    digest = hashlib.sha256(repr(told).encode("utf-8", "backslashreplace"))
    for part in (outcome.stdout, outcome.stderr, value, *(each.content for each in outcome.left)):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _is_the_program_s_own(answer: Executed, limits: Limits) -> bool:
    outcome, usage = answer.outcome, answer.outcome.usage
    if answer.attempts != 1 or outcome.interactor is not None:
        return False
    if outcome.ending is Ending.COMPILE_FAILED:
        return outcome.raised is not None and outcome.raised.class_name in _REFUSALS
    return (
        outcome.ending in _OWN_ENDINGS
        and usage.cpu_time_ns <= TIME_SHARE * limits.cpu_time_ns
        and usage.wall_time_ns <= TIME_SHARE * limits.wall_time_ns
        and usage.peak_memory_bytes <= SPACE_SHARE * limits.memory_bytes
    )
