"""Tell which languages this host has: `python -m sandboxes.languages [--packages|--prepare]`."""

from __future__ import annotations

import argparse
import sys

from . import LANGUAGES
from .libraries import library_versions
from .prepared import prepare
from .presence import host_versions


def main() -> int:
    """Run from the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", action="store_true", help="print the Debian packages of all")
    parser.add_argument("--prepare", action="store_true", help="make ready what shortens compilations (root)")
    arguments = parser.parse_args()
    if arguments.packages:
        print("\n".join(sorted({package for each in LANGUAGES.values() for package in each.packages})))
        return 0
    found = host_versions()
    failed = prepare(found) if arguments.prepare else {}
    for language in LANGUAGES.values():
        if not language.warm or language.libraries:
            version = found.get(language.name) or library_versions(language)
            told = version or f"absent: {language.install_command}"
            print(f"{language.name:12} {language.title:24} {told}")
    for name, why in failed.items():
        print(f"{name}: nothing was made ready, so it compiles slower: {why}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
