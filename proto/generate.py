"""Generates the Python stubs of the packages below `verifier`, or checks that the committed ones are in step.

python proto/generate.py [DIRECTORY]   write stubs there, by default beside the .proto files
python proto/generate.py --check       exit 1 and name each committed stub that differs
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGES = (Path("verifier/v1"), Path("verifier/worker/v1"))
STUB_PATTERNS = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")
GENERATORS = {"grpcio-tools": "1.76.0", "mypy-protobuf": "5.1.0"}


class GenerationError(Exception):
    """The generator is missing, of another version, or refused a file."""


def require_generators() -> None:
    """Make sure that the pinned generators run, since others write other stubs.

    Raises:
        GenerationError: one is missing or of another version.
    """
    for name, wanted in GENERATORS.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        if found != wanted:
            raise GenerationError(
                f"needs {name} {wanted}, found {found}; install it with: pip install '{name}=={wanted}'"
            )


def generate(directory: Path) -> None:
    """Write every stub below `directory`, which is made if missing.

    Raises:
        GenerationError: the generators are not the pinned ones, or protoc refused a file.
    """
    require_generators()
    from grpc_tools import protoc  # type: ignore[import-untyped]

    directory.mkdir(parents=True, exist_ok=True)
    plugin = shutil.which("protoc-gen-mypy", path=_scripts_path())
    grpc_plugin = shutil.which("protoc-gen-mypy_grpc", path=_scripts_path())
    if plugin is None or grpc_plugin is None:
        raise GenerationError("mypy-protobuf's commands are not beside this Python; reinstall mypy-protobuf")
    well_known = Path(protoc.__file__).parent / "_proto"
    sources = sorted(
        str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).glob("*.proto")
    )
    services = [source for source in sources if source.endswith("_service.proto")]
    common = ["protoc", f"-I{ROOT}", f"-I{well_known}"]
    messages = [
        *common,
        f"--plugin=protoc-gen-mypy={plugin}",
        f"--python_out={directory}",
        f"--mypy_out=quiet:{directory}",
    ]
    stubs = [
        *common,
        f"--plugin=protoc-gen-mypy_grpc={grpc_plugin}",
        f"--grpc_python_out={directory}",
        f"--mypy_grpc_out=quiet:{directory}",
    ]
    for arguments in ([*messages, *sources], [*stubs, *services]):
        if protoc.main(arguments) != 0:
            raise GenerationError("protoc refused the .proto files; its words are above")


def differences(committed: Path, fresh: Path) -> list[str]:
    """Name the stubs that are missing, left over or different in `committed`, sorted."""
    names = {
        path.name
        for folder in (committed, fresh)
        for pattern in STUB_PATTERNS
        for path in folder.glob(pattern)
    }
    return sorted(name for name in names if _content(committed / name) != _content(fresh / name))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _scripts_path() -> str:
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


def check() -> int:
    """Compare the committed stubs with fresh ones; 0 if equal, else 1 with their names on stderr."""
    with tempfile.TemporaryDirectory() as temporary:
        generate(Path(temporary))
        stale = [
            f"{package}/{name}"
            for package in PACKAGES
            for name in differences(ROOT / package, Path(temporary) / package)
        ]
    for name in stale:
        sys.stderr.write(f"out of step with its .proto file: proto/{name}\n")
    if stale:
        sys.stderr.write("run: python proto/generate.py\n")
    return 1 if stale else 0


def main() -> int:
    """Run the command line; 2 where the generators are not as they must be."""
    parser = argparse.ArgumentParser(description="Generate or check the stubs of all packages.")
    parser.add_argument(
        "directory", nargs="?", type=Path, default=ROOT, help="where to write (default: here)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a committed stub differs"
    )
    arguments = parser.parse_args()
    try:
        if arguments.check:
            return check()
        generate(arguments.directory)
    except GenerationError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
