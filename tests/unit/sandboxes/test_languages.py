"""A declaration says all that the service knows of a language; a slip in one names its file and field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandboxes.languages import LANGUAGES
from sandboxes.languages.declaration import DeclarationError, LimitFactors, read
from sandboxes.languages.libraries import _is_open, library_folders, library_versions
from sandboxes.languages.presence import versions
from sandboxes.model import Job, Limits, Program
from sandboxes.sandbox import _allowed_ns

LIMITS = Limits(2_000_000_000, 8_000_000_000, 64 << 20, 1 << 20, 16, 64, 1 << 20)
GOOD = """
name = "new"
title = "New"
source = "main.new"
kinds = ["stdio"]
toolchain = ["/usr/bin/new"]
version = ["/usr/bin/new", "--version"]
packages = ["new"]
run = ["/usr/bin/new", "/program/main.new"]
[self_test]
source = "print"
stdin = ""
stdout = ""
"""


def declared(folder: Path, text: str, name: str = "new.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_every_language_of_the_service_is_declared() -> None:
    assert {"python", "c", "cpp17", "cpp20", "java", "javascript", "go", "rust"} <= LANGUAGES.keys()
    for language in LANGUAGES.values():
        assert language.self_test.stdout or language.self_test.tests
        assert language.warm or language.artifacts or language.asserts


def test_a_declaration_is_one_file(tmp_path: Path) -> None:
    language = read(declared(tmp_path, GOOD))
    assert (language.name, language.run[0]) == ("new", "/usr/bin/new")
    assert language.install_command == "sudo apt-get install new"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "new"', 'name = "old"', "new.toml: name is 'old'"),
        ('kinds = ["stdio"]', 'kinds = ["stdoi"]', r"new.toml: kinds has \['stdoi'\]; allowed"),
        ('title = "New"', 'titel = "New"', "new.toml: .*titel"),
        ('title = "New"', "title = ", "new.toml: .*line 3"),
        ('run = ["/usr/bin/new",', 'run = ["new",', "new.toml: run begins with 'new'; allowed: a path"),
        (
            'run = ["/usr/bin/new", "/program/main.new"]',
            "",
            "new.toml: run is a command line where kinds has 'stdio'",
        ),
        ('kinds = ["stdio"]', "", "new.toml: 'kinds'"),
        ("[self_test]", "[limits]\ncpu = 2\n[self_test]", "new.toml: .*cpu"),
        (
            "[self_test]",
            'system_calls = ["mount"]\n[self_test]',
            "new.toml: system_calls has .'mount'.; allowed: .'pers",
        ),
        ("[self_test]", '[call]\nfiles = ["call.new"]\n[self_test]', r"new.toml: .*call\.new"),
    ],
)
def test_a_slip_names_its_file_and_field(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        read(declared(tmp_path, GOOD.replace(old, new)))


def test_what_a_runtime_needs_comes_on_top_of_the_limits() -> None:
    factors = LimitFactors(cpu_factor=1.5, cpu_extra_s=0.5, memory_extra_mib=32, processes_extra=8)
    assert factors.applied(LIMITS) == replace(
        LIMITS,
        cpu_time_ns=3_500_000_000,
        wall_time_ns=9_500_000_000,
        memory_bytes=96 << 20,
        processes=24,
    )
    assert LimitFactors().applied(LIMITS) == LIMITS


def test_a_language_is_present_where_all_its_toolchain_is_and_tells_its_version(tmp_path: Path) -> None:
    asked = []

    def run(command: object) -> str:
        asked.append(command)
        if len(asked) > 1:
            raise OSError("it does not run")
        return "perl 5\nand more\n"

    assert versions(tmp_path, run) == {}
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "usr" / "bin" / "perl").touch()
    assert versions(tmp_path, run) == {"perl": "perl 5"}
    assert versions(tmp_path, run) == {}
    assert asked == [LANGUAGES["perl"].version] * 2


def test_a_language_that_rests_on_libraries_has_theirs_and_nothing_of_what_is_beside_them() -> None:
    folders = library_folders(LANGUAGES["text"])
    packages = {name for name in folders if not name.endswith(".dist-info")}
    assert packages == {"math_verify", "latex2sympy2_extended", "sympy", "mpmath", "antlr4"}
    assert all(folder.is_dir() for folder in folders.values())
    assert library_versions(LANGUAGES["text"]).startswith("math-verify 0.9.")


def test_it_is_absent_where_one_of_them_is_and_says_what_brings_them() -> None:
    lacking = replace(LANGUAGES["text"], libraries=("math-verify", "no-such-distribution"))
    assert (library_folders(lacking), library_versions(lacking)) == ({}, "")
    assert lacking.install_command.startswith("pip install 'verifierd[answers]'")


def test_what_not_everybody_may_enter_no_sandbox_of_root_s_could_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed" / "sympy"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert not _is_open(closed)
    monkeypatch.setattr("os.getuid", lambda: 1000)
    assert _is_open(closed)


def test_only_what_is_compiled_may_keep_the_worker_waiting_for_its_compiler() -> None:
    python, rust = (_allowed_ns(Job(Program(name, ""), (), LIMITS)) for name in ("python", "rust"))
    assert python == LIMITS.wall_time_ns
    assert rust == LIMITS.wall_time_ns + LANGUAGES["rust"].build_limits.as_limits.wall_time_ns
