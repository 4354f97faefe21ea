"""Each metric that is exported is told in the README, and each that an alert or a panel names is exported."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest

from tests.unit.telemetry.readings import FULL
from verifierd.telemetry.collecting import ReadingCollector
from verifierd.telemetry.counting import Counting

REPOSITORY = Path(__file__).resolve().parents[3]
PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
README = REPOSITORY / "verifierd" / "telemetry" / "README.md"
RULES, RULES_TEST = PROMETHEUS / "verifierd.rules.yml", PROMETHEUS / "verifierd.rules.test.yml"
DASHBOARD = REPOSITORY / "deploy" / "grafana" / "verifierd.json"

NAME = re.compile(r"\b(?:verifierd|grpc_server|process|python)_[a-z_]+\b(?!:)")
OF_A_HISTOGRAM = ("_bucket", "_count", "_sum")


def _registry() -> CollectorRegistry:
    """All that a daemon can export."""
    registry = CollectorRegistry()
    Counting(registry)
    registry.register(ReadingCollector(lambda: (FULL, 0.1)))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def _exported() -> dict[str, str]:
    """The type of each metric by its name as expressions have it."""
    registry = _registry()
    return {
        family.name + ("_total" if family.type == "counter" else ""): family.type
        for family in registry.collect()
    }


EXPORTED = _exported()


def _rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def _expressions() -> dict[str, str]:
    """Every expression of an alert or of a panel, by where it stands."""
    found = {f"alert {rule['alert']}": rule["expr"] for rule in _rules()}
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            found[f"panel {panel['title']}, {target['refId']}"] = target["expr"]
    return found


EXPRESSIONS = _expressions()


def _named(expression: str) -> set[str]:
    """The metrics that an expression names, a histogram's parts as the histogram."""
    names = set(NAME.findall(re.sub(r'"[^"]*"', '""', expression)))
    histograms = {
        f"{name}{part}": name
        for name, kind in EXPORTED.items()
        if kind == "histogram"
        for part in OF_A_HISTOGRAM
    }
    return {histograms.get(name, name) for name in names}


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_every_metric_that_is_named_is_exported(place: str) -> None:
    assert _named(EXPRESSIONS[place]) - set(EXPORTED) == set()


def test_every_metric_of_ours_is_on_the_dashboard_or_is_said_elsewhere() -> None:
    shown = set().union(*map(_named, EXPRESSIONS.values()))
    ours = {name for name in EXPORTED if name.startswith(("verifierd_", "grpc_server_"))}
    assert ours - shown == {"verifierd_build_info", "grpc_server_started_total"}


def test_the_readme_tells_every_metric_and_no_other() -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in NAME.findall(row.split("|")[1])}
    ours = {name for name in EXPORTED if not name.startswith(("process_", "python_"))}
    assert told - {"python_info"} == ours


def test_names_are_as_prometheus_wants_them() -> None:
    for name, kind in EXPORTED.items():
        assert re.fullmatch(r"[a-z_]+", name), name
        assert (kind == "counter") == name.endswith("_total"), name
        assert kind != "histogram" or name.endswith("_seconds"), name
        assert not name.endswith(("_ms", "_ns", "_mib", "_percent")), name


def test_panels_have_places_of_their_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_every_alert_says_what_to_do_and_is_raised_in_a_test() -> None:
    raised = {
        check["alertname"]
        for test in yaml.safe_load(RULES_TEST.read_text())["tests"]
        for check in test["alert_rule_test"]
        if check["exp_alerts"]
    }
    assert {rule["alert"] for rule in _rules()} == raised
    for rule in _rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "description"} == set(rule["annotations"])


def _accepted_by_promtool(*arguments: str, stdin: bytes | None = None) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    done = subprocess.run(
        [promtool, *arguments], cwd=PROMETHEUS, input=stdin, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "verifierd.rules.yml"),
        ("test", "rules", "verifierd.rules.test.yml"),
    ],
)
def test_promtool_accepts_what_prometheus_is_given(arguments: tuple[str, ...]) -> None:
    _accepted_by_promtool(*arguments)


def test_promtool_accepts_what_a_daemon_exports() -> None:
    _accepted_by_promtool("check", "metrics", stdin=generate_latest(_registry()))


def test_promtool_accepts_the_expressions_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": re.sub(r"\$__rate_interval", "5m", expression)}
        for number, (place, expression) in enumerate(EXPRESSIONS.items())
        if place.startswith("panel")
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    _accepted_by_promtool("check", "rules", str(file))
