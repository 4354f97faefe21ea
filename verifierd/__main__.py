"""The command `verifierd`, also `python -m verifierd`: what it needs is imported with signals in mind."""

from __future__ import annotations

import os
import sys

from verifierd.cli.endings import OutputError, writing
from verifierd.cli.interrupts import StopSignals


def main() -> None:
    """Run the command that the arguments name; a signal ends it, however early it comes."""
    # gRPC writes lines of its own about connections; what matters of them comes as an error.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    StopSignals().install()
    try:
        from verifierd.cli.main import run

        with writing():  # the help; a command tells of what it writes itself
            run()
    except OutputError as error:
        if not error.quiet:
            sys.stderr.write(f"error: {error}\n")
        sys.exit(error.code)


if __name__ == "__main__":
    main()
