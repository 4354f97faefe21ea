"""Tell which languages this host has: `python -m sandboxes.languages [--packages]`."""

from __future__ import annotations

import argparse
import sys

from . import LANGUAGES
from .presence import host_versions


def main() -> int:
    """Run from the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", action="store_true", help="print the Debian packages of all")
    if parser.parse_args().packages:
        print("\n".join(sorted({package for each in LANGUAGES.values() for package in each.packages})))
        return 0
    found = host_versions()
    for language in LANGUAGES.values():
        if not language.warm:
            told = found.get(language.name) or f"absent: {language.install_command}"
            print(f"{language.name:12} {language.title:24} {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
