"""The signals that ask a process to stop, and the exit status that tells of one."""

from __future__ import annotations

import signal

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
SIGNALLED = 128  # and the signal's number: the exit status, as a shell has it


def heeded() -> tuple[signal.Signals, ...]:
    """Return the signals to act on: SIGINT is left alone where it is ignored, as behind a script's `&`."""
    return tuple(
        number
        for number in STOP_SIGNALS
        if number is not signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN
    )


def leave_the_next_to_the_kernel() -> None:
    """Let the next signal end the process whatever it is at, even where no Python runs."""
    for number in heeded():
        signal.signal(number, signal.SIG_DFL)
