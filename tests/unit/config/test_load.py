"""Settings come from the file and the environment, and nothing unknown passes unnoticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifierd.config import ConfigError, load_settings


@pytest.fixture(autouse=True)
def no_settings_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.upper().startswith("VERIFIERD_"):
            monkeypatch.delenv(name)


def write(folder: Path, text: str) -> Path:
    file = folder / "verifierd.toml"
    file.write_text(text)
    return file


def test_without_file_and_environment_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings.server.listen == "127.0.0.1:50051"
    assert settings.sandbox.backend == "bubblewrap"
    assert settings.sandbox.allow_unenforced == ()


def test_a_key_in_the_file_leaves_its_neighbours_at_their_defaults(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "[limits.default]\ncpu_time_s = 2\n"))
    assert settings.limits.default.cpu_time_s == 2.0
    assert settings.limits.default.memory_mib == load_settings().limits.default.memory_mib


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_SANDBOX__COUNT", "7")
    monkeypatch.setenv("VERIFIERD_SANDBOX__ALLOW_UNENFORCED", "cpu")
    settings = load_settings(write(tmp_path, "[sandbox]\ncount = 3\npython = '/usr/bin/python3'\n"))
    assert settings.sandbox.count == 7
    assert settings.sandbox.python == "/usr/bin/python3"
    assert settings.sandbox.allow_unenforced == ("cpu",)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[server]\nlistne = 'x'\n", 2, ["server.listne", "server.listen"]),
        ("\n[sevrer]\nlisten = 'x'\n", 2, ["sevrer", "server"]),
        ("[limits.default]\n\ncpu_time = 1\n", 3, ["limits.default.cpu_time", "limits.default.cpu_time_s"]),
        ("server = 3\n", 1, ["server", "[server]"]),
        (
            "[quotas]\ntenants = [{tenant = 'a', concurrent_candidate = 5}]\n",
            2,
            ["unknown key quotas.tenants.concurrent_candidate", "mean quotas.tenants.concurrent_candidates?"],
        ),
        (
            "[quotas]\n\ntenants = [{tenant = 'a', cpu_seconds_per_day = -1}]\n",
            3,
            ["quotas.tenants.cpu_seconds_per_day", "(it is -1)"],
        ),
        ("[server]\nlisten = 'nowhere'\n", 2, ["server.listen", "HOST:PORT", "'nowhere'"]),
        ("[sandbox]\nallow_unenforced = ['disk']\n", 2, ["sandbox.allow_unenforced", "'memory'", "'disk'"]),
        (
            "[prices]\nusd_per_execution = -1.0\n",
            2,
            ["prices.usd_per_execution", "greater than or equal to 0"],
        ),
        ("[prices]\nusd_per_execution = nan\n", 2, ["prices.usd_per_execution", "finite"]),
        (
            "[sandbox]\nroot_directory = '/x'\nbackend = 'docker'\n",
            1,
            ["sandbox", "bubblewrap", "docker.image"],
        ),
        ("[log]\nlevel = 'loud'\n", 2, ["log.level", "'debug'", "'loud'"]),
    ],
)
def test_a_wrong_key_is_named_with_its_file_its_line_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, words: list[str]
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        load_settings(file)
    message = str(refused.value)
    assert message.startswith(f"{file}:{line}: ")
    assert [word for word in words if word not in message] == []


def test_a_setting_of_the_other_backend_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_SANDBOX__DOCKER__RUNTIME", "runsc")
    with pytest.raises(
        ConfigError, match='sandbox: docker is for the backend docker: set backend to "docker"'
    ):
        load_settings()
    monkeypatch.setenv("VERIFIERD_SANDBOX__BACKEND", "docker")
    assert load_settings().sandbox.docker.runtime == "runsc"


def test_every_unknown_key_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_LOGLEVEL", "debug")
    with pytest.raises(ConfigError) as refused:
        load_settings(write(tmp_path, "[server]\nport = 1\n[log]\ncolour = true\n"))
    lines = str(refused.value).splitlines()
    assert [re.search(r"server\.port|log\.colour|VERIFIERD_LOGLEVEL", line)[0] for line in lines] == [  # type: ignore[index]
        "server.port",
        "log.colour",
        "VERIFIERD_LOGLEVEL",
    ]


def test_an_unknown_variable_is_named_with_the_nearest_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_SERVER__LISTN", "127.0.0.1:1")
    with pytest.raises(
        ConfigError, match=r"VERIFIERD_SERVER__LISTN\. Did you mean VERIFIERD_SERVER__LISTEN\?"
    ):
        load_settings()


def test_a_wrong_value_in_the_environment_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERIFIERD_SANDBOX__COUNT", "0")
    with pytest.raises(ConfigError, match=r"environment variable VERIFIERD_SANDBOX__COUNT: sandbox\.count: "):
        load_settings()


@pytest.mark.parametrize("value", ['["cpu", "memory"]', "cpu,memory", " cpu, memory,"])
def test_a_list_in_the_environment_is_json_or_has_commas(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("VERIFIERD_SANDBOX__ALLOW_UNENFORCED", value)
    assert load_settings().sandbox.allow_unenforced == ("cpu", "memory")


@pytest.mark.parametrize(
    ("value", "words"),
    [("cpu,disk", "'memory', 'processes' or 'cpu'"), ('["cpu"', "must be names such as cpu,")],
)
def test_a_list_in_the_environment_that_is_wrong_names_the_variable_and_the_form(
    monkeypatch: pytest.MonkeyPatch, value: str, words: str
) -> None:
    monkeypatch.setenv("VERIFIERD_SANDBOX__ALLOW_UNENFORCED", value)
    with pytest.raises(
        ConfigError, match="environment variable VERIFIERD_SANDBOX__ALLOW_UNENFORCED: .*" + words
    ):
        load_settings()


def test_a_default_limit_above_the_maximum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"default\.memory_mib is 999999, above max\.memory_mib"):
        load_settings(write(tmp_path, "[limits.default]\nmemory_mib = 999999\n"))


@pytest.mark.parametrize("content", [b"[server", b"\xff\xfe", b"listen = \n"])
def test_a_file_that_is_not_toml_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "verifierd.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(str(file))):
        load_settings(file)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: cannot be read"):
        load_settings(tmp_path / "gone.toml")
