"""What a compiler leaves is taken as it is, by name and without following anything that it planted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandboxes.inside import artifacts
from sandboxes.inside.artifacts import NotCollected, collect, pack, unpack


def test_files_arrive_as_they_were_and_cannot_be_written_to(tmp_path: Path) -> None:
    built, run = tmp_path / "built", tmp_path / "run"
    (built / "package").mkdir(parents=True)
    run.mkdir()
    (built / "main").write_bytes(b"\x7fELF\0")
    (built / "main").chmod(0o755)
    (built / "package" / "A.class").write_bytes(b"\xca\xfe")
    (built / "main.cpp").write_text("int main() {}")
    unpack(collect(["main", "*.class"], str(built)), str(run))
    assert {str(path.relative_to(run)) for path in run.rglob("*")} == {"main", "package", "package/A.class"}
    assert (run / "main").read_bytes() == b"\x7fELF\0"
    assert [path.stat().st_mode & 0o777 for path in (run / "main", run / "package" / "A.class")] == [
        0o555,
        0o444,
    ]


def test_nothing_that_is_named_so_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotCollected, match=r"nothing was made that is named main or \*\.class"):
        collect(["main", "*.class"], str(tmp_path))


@pytest.mark.parametrize(
    "plant",
    [
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: os.mkfifo(path),
    ],
    ids=["link", "FIFO"],
)
def test_what_is_no_file_is_refused(tmp_path: Path, plant: object) -> None:
    plant(tmp_path / "main")  # type: ignore[operator]
    with pytest.raises(NotCollected, match="main is not a file"):
        collect(["main"], str(tmp_path))


def test_folders_that_nest_without_end_are_refused(tmp_path: Path) -> None:
    make = 'for _ in range(1500): os.mkdir("d" * 8); os.chdir("d" * 8)'  # no path is so long
    subprocess.run([sys.executable, "-c", f"import os\n{make}"], cwd=tmp_path, check=True)
    with pytest.raises(NotCollected, match="folders nest deeper than 64"):
        collect(["main"], str(tmp_path))
    subprocess.run(["rm", "-rf", *tmp_path.iterdir()], check=True)


def test_what_the_compiler_found_is_as_it_was(tmp_path: Path) -> None:
    found = pack([("main.pl", False, b"the tests"), ("harness.pl", False, b"the harness")])
    left = pack(
        [("main.pl", False, b"nothing"), ("more.pl", False, b"made"), ("harness.pl", True, b"passes")]
    )
    run = tmp_path / "run"
    run.mkdir()
    unpack(artifacts.with_originals(left, found), str(run))
    assert {path.name: path.read_bytes() for path in run.iterdir()} == {
        "main.pl": b"the tests",
        "harness.pl": b"the harness",
        "more.pl": b"made",
    }


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    outside, built = tmp_path / "outside", tmp_path / "built"
    outside.mkdir()
    built.mkdir()
    (outside / "main").touch()
    (built / "folder").symlink_to(outside)
    with pytest.raises(NotCollected, match="nothing was made"):
        collect(["*main"], str(built))


def test_too_much_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "main").open("wb") as file:
        file.truncate(artifacts.MAX_BYTES + 1)
    with pytest.raises(NotCollected, match="more than 1000 files or 64 MiB"):
        collect(["main"], str(tmp_path))
    monkeypatch.setattr(artifacts, "MAX_FILES", 2)
    for number in range(3):
        (tmp_path / f"{number}.class").touch()
    with pytest.raises(NotCollected, match="more than 2 files"):
        collect(["*.class"], str(tmp_path))


def test_a_file_is_never_unpacked_over_another(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        unpack(pack([("main", False, b"1"), ("main", False, b"2")]), str(tmp_path))
