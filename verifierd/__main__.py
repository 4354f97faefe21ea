"""The command `verifierd`, also `python -m verifierd`: what it needs is imported with interrupts in mind."""

from __future__ import annotations

import os
import signal
import sys

from verifierd.cli.endings import INTERRUPTED, OutputError, say_interrupted, writing


def main() -> None:
    """Run the command that the arguments name; an interrupt is told, however early it comes."""
    # gRPC writes lines of its own about connections; what matters of them comes as an error.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    # What stops a batch job stops a command as Ctrl-C does, with nothing left behind; `serve` drains instead.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        try:
            from verifierd.cli.main import run

            with writing():  # the help; a command tells of what it writes itself
                run()
        except KeyboardInterrupt:
            say_interrupted(as_json="--json" in sys.argv)
            sys.exit(INTERRUPTED)
    except OutputError as error:
        if not error.quiet:
            sys.stderr.write(f"error: {error}\n")
        sys.exit(error.code)


if __name__ == "__main__":
    main()
