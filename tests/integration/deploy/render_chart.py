"""Render the chart by Helm's own library and hold what comes of it against Kubernetes' and KEDA's schemas.

Run in the environment of `deploy.txt`, with a chart's folder and, as JSON, a list of values. Prints, as JSON,
what lint says and for each of the values the objects and what is wrong with them, or why Helm refused.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import helm_python
import kubernetes_validate
import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject

# The oldest that the chart takes, and the newest there is a schema of.
VERSIONS = ("1.33", "1.37")


def main() -> None:
    folder, cases = sys.argv[1], json.loads(sys.argv[2])
    lint = [each for each in helm_python.lint(folder)["messages"] if each["severity"] > 2]
    with helm_python.Chart.load(folder) as chart:
        rendered = [_rendered(chart, values) for values in cases]
    sys.stdout.write(json.dumps({"lint": lint, "cases": rendered}) + "\n")


def _rendered(chart: Any, values: Any) -> dict[str, Any]:
    try:
        chart.validate_schema(values)
        files = chart.render(values, name="demo", namespace="there")
    except helm_python.HelmError as refused:
        return {"refused": str(refused)}
    objects = [
        each
        for name, text in files.items()
        if name.endswith(".yaml")
        for each in yaml.safe_load_all(text)
        if each
    ]
    return {"objects": objects, "wrong": [problem for each in objects for problem in _wrong(each)]}


def _wrong(item: dict[str, Any]) -> list[str]:
    if item["kind"] == "ScaledObject":
        read = ScaledObject.model_validate(item).model_dump(by_alias=True, exclude_none=True, mode="json")
        return [] if read["spec"] == item["spec"] else [f"KEDA knows less of it: {read['spec']}"]
    problems = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(item, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{version}: {item['kind']}: {error.message}")
    return problems


if __name__ == "__main__":
    main()
