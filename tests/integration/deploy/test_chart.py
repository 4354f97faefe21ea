"""The chart, as Helm renders it: it holds by the schemas, asks for no privilege, refuses wrong values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.deploy.conftest import DEPLOY
from tests.integration.frameworks.conftest import MAKING_S
from tests.integration.frameworks.running import printed_by
from tests.support.deployed import is_setting, settings_of
from verifierd.config.door import check_exposure
from verifierd.config.settings import ENV_PREFIX, Settings
from verifierd.fleet.subjects import NO_TENANT, Names, Queue
from verifierd.model.batches import Priority

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(MAKING_S)]

QUEUE = {"priority": "interactive", "toolchain": "any", "language": "python", "tenant": NO_TENANT}
STORE = {"database": {"existingSecret": "store"}, "frontEnd": {"tlsSecret": "tls"}}
GOOD: dict[str, dict[str, Any]] = {
    "least": STORE,
    "secrets": STORE
    | {
        "jetstream": {"existingSecret": "nats"},
        "keda": {"queues": [QUEUE], "prometheus": {"serverAddress": "http://prometheus:9090"}},
    },
    "mesh": STORE | {"frontEnd": {"insecure": True}},
    "gvisor": STORE | {"worker": {"runtimeClassName": "gvisor"}, "keda": {"enabled": False}},
    "elsewhere": STORE
    | {
        "image": {"repository": "registry.example/verifierd", "workerDigest": "sha256:" + "0" * 64},
        "jetstream": {"servers": "tls://a:4222,tls://b:4222", "existingSecret": "nats"},
        "nats": {"enabled": False},
        "networkPolicy": {"enabled": False},
    },
}
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no database": ({}, "database.existingSecret names a secret"),
    "no TLS": ({"database": {"existingSecret": "store"}}, "frontEnd.tlsSecret names a secret"),
    "unknown key": (STORE | {"workers": {"replicas": 2}}, "workers"),
    "no count": (STORE | {"worker": {"replicas": 0}}, "/worker/replicas"),
    "digest": (STORE | {"image": {"workerDigest": "latest"}}, "/image/workerDigest"),
    "limit": (STORE | {"worker": {"allowUnenforced": "disk"}}, "/worker/allowUnenforced"),
    "queue": (STORE | {"keda": {"queues": [QUEUE | {"priority": "urgent"}]}}, "/keda/queues/0/priority"),
}


@pytest.fixture(scope="module")
async def rendered(deploy_python: Path) -> dict[str, Any]:
    """What Helm makes of each of the values, by their name."""
    cases = [*GOOD.values(), *(values for values, _ in BAD.values())]
    program = Path(__file__).with_name("render_chart.py")
    printed = await printed_by(deploy_python, program, str(DEPLOY / "helm" / "verifierd"), json.dumps(cases))
    told = json.loads(printed.splitlines()[-1])
    return {"lint": told["lint"], **dict(zip([*GOOD, *BAD], told["cases"], strict=True))}


def of_kind(case: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """A case's objects of one kind, by the end of their names."""
    return {
        each["metadata"]["name"].removeprefix("demo-"): each
        for each in case["objects"]
        if each["kind"] == kind
    }


def pods(rendered: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every pod of every case, with its component."""
    for name in GOOD:
        for component, deployment in of_kind(rendered[name], "Deployment").items():
            yield component, deployment["spec"]["template"]["spec"]


async def test_helm_finds_nothing_wrong_with_the_chart(rendered: dict[str, Any]) -> None:
    assert rendered["lint"] == []


@pytest.mark.parametrize("name", GOOD)
async def test_what_is_rendered_holds_by_the_schemas(rendered: dict[str, Any], name: str) -> None:
    assert rendered[name]["wrong"] == []
    assert set(of_kind(rendered[name], "Deployment")) == {"front-end", "worker"}


@pytest.mark.parametrize("name", BAD)
async def test_wrong_values_are_refused_and_named(rendered: dict[str, Any], name: str) -> None:
    assert BAD[name][1] in rendered[name]["refused"]


async def test_no_pod_is_privileged_root_or_more_than_it_says(rendered: dict[str, Any]) -> None:
    for component, pod in pods(rendered):
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
            **({"procMount": "Unmasked"} if component == "worker" and "runtimeClassName" not in pod else {}),
        }
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert [each for each in pod["volumes"] if "hostPath" in each] == []
        assert pod["automountServiceAccountToken"] is False
        if component == "worker":
            assert pod.get("hostUsers") is False or pod["runtimeClassName"] == "gvisor"


async def test_pods_are_told_settings_that_there_are(rendered: dict[str, Any]) -> None:
    for _, pod in pods(rendered):
        names = {each["name"] for each in pod["containers"][0]["env"] if each["name"].startswith(ENV_PREFIX)}
        assert names
        assert [each for each in names if not is_setting(each)] == []


async def test_front_ends_serve_nobody_who_is_not_known_and_nothing_unencrypted_unless_told(
    rendered: dict[str, Any],
) -> None:
    for name in GOOD:
        pod = of_kind(rendered[name], "Deployment")["front-end"]["spec"]["template"]["spec"]
        config = of_kind(rendered[name], "ConfigMap")["front-end"]["data"]["verifierd.toml"]
        variables = {
            each["name"]: each.get("value", "postgresql://store") for each in pod["containers"][0]["env"]
        }
        settings = settings_of(config, variables)
        check_exposure(settings)
        assert settings.identity.required
        assert (settings.tls.certificate_file is None) == (name == "mesh")


async def test_pods_have_time_to_drain(rendered: dict[str, Any]) -> None:
    for component, pod in pods(rendered):
        sleeps_s = (
            pod["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        )
        drain_s = Settings().server.drain_timeout_s
        assert pod["terminationGracePeriodSeconds"] > sleeps_s + drain_s, component


async def test_keda_is_told_the_stream_and_the_consumer_that_the_fleet_makes(
    rendered: dict[str, Any],
) -> None:
    scaled = of_kind(rendered["secrets"], "ScaledObject")["worker"]["spec"]
    assert scaled["scaleTargetRef"]["name"] == "demo-worker"
    all_queues, waiting, one_queue = (each["metadata"] for each in scaled["triggers"])
    assert waiting["query"] == "sum(verifierd_queue_candidates)"
    assert Names().work in all_queues["valueLocation"]
    assert one_queue["stream"] == Names().work
    queue = Queue(Priority.INTERACTIVE, "any", "python", NO_TENANT)
    assert one_queue["consumer"] == queue.consumer
    assert "replicas" not in of_kind(rendered["secrets"], "Deployment")["worker"]["spec"]
    assert of_kind(rendered["gvisor"], "ScaledObject") == {}


async def test_a_password_stands_in_a_secret_alone(rendered: dict[str, Any]) -> None:
    environment = {
        each["name"]: each
        for each in of_kind(rendered["elsewhere"], "Deployment")["worker"]["spec"]["template"]["spec"][
            "containers"
        ][0]["env"]
    }
    assert environment["NATS_PASSWORD"]["valueFrom"]["secretKeyRef"] == {"name": "nats", "key": "password"}
    assert environment["VERIFIERD_JETSTREAM__SERVERS"]["value"] == ",".join(
        f"tls://verifierd:$(NATS_PASSWORD)@{host}:4222" for host in "ab"
    )


async def test_workers_reach_nats_and_names_and_nothing_else(rendered: dict[str, Any]) -> None:
    policy = of_kind(rendered["least"], "NetworkPolicy")["worker"]["spec"]
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 4222}
    assert {port["port"] for rule in policy["ingress"] for port in rule["ports"]} == {"metrics"}
