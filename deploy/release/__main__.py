"""`python -m deploy.release`: what `make release` runs. It writes `dist/` and publishes nothing.

    python -m deploy.release                         wheels; images too where a Docker engine answers
    python -m deploy.release --base IMAGE@sha256:... images on a base of a registry's
    python -m deploy.release --draft                 to try it: of the last commit, as it is
    python -m deploy.release version 0.2.0           writes a new version wherever it stands

Exits 0, or 1 where something keeps the release from being made.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.release.images import Engine
from deploy.release.making import Wanted, make
from deploy.release.versions import NotReleasable, set_version

ROOT = Path(__file__).resolve().parents[2]
BUILD, DIST = ROOT / "build", ROOT / "dist"


def main() -> int:
    """Make a release, or write a version."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.release",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--draft", action="store_true", help="to try it: of the last commit, as it is")
    parser.add_argument("--base", help="a base for the images in place of the one that mmdebstrap makes")
    parser.add_argument("--no-images", action="store_true", help="wheels alone")
    parser.add_argument("--engine", help="the Docker engine's address (default: DOCKER_HOST, else the usual)")
    parser.add_argument("words", nargs="*", metavar="version VERSION")
    arguments = parser.parse_args()
    try:
        match arguments.words:
            case []:
                wanted = Wanted(arguments.draft, arguments.base, _engine(arguments), _say)
                for path in _released(wanted):
                    _say(str(path.relative_to(ROOT)))
            case ["version", version]:
                set_version(ROOT, version)
            case _:
                parser.error("give nothing, or: version VERSION")
    except NotReleasable as reason:
        _say(f"release: {reason}")
        return 1
    return 0


def _released(wanted: Wanted) -> list[Path]:
    """Make a release, and let it take the place of what is in `dist/` once it is whole."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="release-", dir=BUILD) as folder:
        made = make(ROOT, Path(folder), wanted)
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        return [path.rename(DIST / path.name) for path in made]


def _engine(arguments: argparse.Namespace) -> Engine | None:
    if arguments.no_images:
        return None
    engine = Engine(arguments.engine)
    if engine.answers():
        return engine
    _say("no images: no Docker engine answers (sudo apt-get install docker.io)")
    return None


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
