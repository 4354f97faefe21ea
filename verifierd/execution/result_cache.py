"""What equal runs did before: an outcome is used again once two runs of their own have agreed on it.

It is kept under the digest of all that a sandbox is told of the run: the program and how it is built, the
input, the limits. One cache serves one daemon, whose sandboxes have one backend and one toolchain.

What is not the program's alone is not kept: an outcome near a limit, or by one; one that took more than one
sandbox; a program that `varying` suspects. Two runs that differ show a program that varies: of that one
nothing is used again, whatever comes of it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from sandboxes.model import Ending, Limits, Outcome, Usage
from verifierd.judging.answers import Answer, Executed
from verifierd.judging.sizes import bytes_of

ENTRY_BYTES = 2048  # what an entry takes beside its outputs, about
LARGEST_SHARE = 64  # an entry has at most one part in so many of the cache
KNOWN_TO_VARY = 1 << 16  # programs; of older ones two runs must differ anew
# At most so much of a limit: beyond it the load of the host might have a say.
TIME_SHARE, SPACE_SHARE = 0.5, 0.75

_OWN_ENDINGS = frozenset({Ending.FINISHED, Ending.RAISED, Ending.ASSERTION_FAILED})
_REFUSALS = frozenset({"CompileError", "SyntaxError", "IndentationError", "TabError"})
_NOTHING = Usage(0, 0, 0)


@dataclass(slots=True)
class _Entry:
    answer: Executed
    size_bytes: int
    is_confirmed: bool = False


class ResultCache:
    """Outcomes by the digests of program and run, up to `max_bytes`; the longest unused go first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._used_bytes = 0
        self._entries: OrderedDict[tuple[bytes, bytes], _Entry] = OrderedDict()
        self._varying: OrderedDict[bytes, None] = OrderedDict()

    @property
    def used_bytes(self) -> int:
        """Return about how much memory the outcomes take."""
        return self._used_bytes

    def known(self, program: bytes, run: bytes) -> Executed | None:
        """Return what equal runs did, if it is known; it took no time now, so it has no times."""
        entry = self._entries.get((program, run))
        if entry is None or not entry.is_confirmed:
            return None
        self._entries.move_to_end((program, run))
        return entry.answer

    def saw(self, program: bytes, run: bytes, answer: Answer, limits: Limits) -> None:
        """Learn from a run that was carried out under these limits."""
        if program in self._varying:
            return
        key = (program, run)
        entry = self._entries.get(key)
        if not isinstance(answer, Executed) or not _is_the_program_s_own(answer, limits):
            self._drop(key)
        elif entry is None:
            self._keep(key, answer)
        elif _what_it_did(entry.answer.outcome) == _what_it_did(answer.outcome):
            entry.is_confirmed = True
        else:
            self._note_varying(program)

    def _keep(self, key: tuple[bytes, bytes], answer: Executed) -> None:
        outcome, enough = answer.outcome, self._max_bytes // LARGEST_SHARE
        size_bytes = ENTRY_BYTES + bytes_of(
            [outcome.stdout, outcome.stderr, outcome.value, [each.content for each in outcome.left]], enough
        )
        if size_bytes >= enough:
            return
        known = replace(outcome, started_at_ns=0, ended_at_ns=0, compilation=None)
        self._entries[key] = _Entry(replace(answer, outcome=known, is_known=True), size_bytes)
        self._used_bytes += size_bytes
        while self._used_bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: tuple[bytes, bytes]) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._used_bytes -= entry.size_bytes

    def _note_varying(self, program: bytes) -> None:
        for key in [key for key in self._entries if key[0] == program]:
            self._drop(key)
        self._varying[program] = None
        while len(self._varying) > KNOWN_TO_VARY:
            self._varying.popitem(last=False)


def _is_the_program_s_own(answer: Executed, limits: Limits) -> bool:
    outcome, usage = answer.outcome, answer.outcome.usage
    if answer.attempts != 1 or outcome.is_deadlock:
        return False
    if outcome.ending is Ending.COMPILE_FAILED:
        return outcome.raised is not None and outcome.raised.class_name in _REFUSALS
    return (
        outcome.ending in _OWN_ENDINGS
        and usage.cpu_time_ns <= TIME_SHARE * limits.cpu_time_ns
        and usage.wall_time_ns <= TIME_SHARE * limits.wall_time_ns
        and usage.peak_memory_bytes <= SPACE_SHARE * limits.memory_bytes
    )


def _what_it_did(outcome: Outcome) -> Outcome:
    """Return an outcome without what it took; two are equal where a caller could not tell them apart."""
    other = outcome.interactor
    return replace(
        outcome,
        run_index=0,
        usage=_NOTHING,
        started_at_ns=0,
        ended_at_ns=0,
        compilation=None,
        interactor=None if other is None else _what_it_did(other),
    )
