"""The Compose files: valid by the specification, tight, and with one Valkey that keeps all."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from tests.deploy import image
from tests.deploy.fronts import DEPLOY
from tests.support import BOUND_S, ROOT

ONE, THREE = "compose.yaml", "compose.cluster.yaml"
NODES = {ONE: ["visitors"], THREE: ["node1", "node2", "node3"]}
SECRETS = ["VISITORS_TOKEN", "VISITORS_INGEST_KEY"]


def compose(name: str) -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / name).read_text())


def services(name: str) -> dict[str, dict[str, Any]]:
    return compose(name)["services"]


def validate(content: dict[str, Any]) -> None:
    """With anchors and merges already done, which the validator doesn't know."""
    PyCompose.from_json(json.dumps(content)).validate()


@pytest.mark.parametrize("name", NODES)
def test_a_file_follows_the_specification(name: str):
    validate(compose(name))


def test_a_wrong_key_would_be_noticed():
    wrong = compose(ONE)
    wrong["services"]["visitors"]["read_onyl"] = True
    with pytest.raises(ValueError, match="read_onyl"):
        validate(wrong)


@pytest.mark.parametrize("name", NODES)
def test_every_service_is_read_only_without_capabilities_and_comes_back(name: str):
    for service in services(name).values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}
        assert re.search(r":[\w.]*\d[\w.-]*$|:local$", service["image"]), (
            "an image with its version"
        )


@pytest.mark.parametrize("name", NODES)
def test_caddy_alone_can_be_reached_from_outside(name: str):
    published = {each for each, service in services(name).items() if "ports" in service}
    assert published == {"caddy"}


@pytest.mark.parametrize("name", NODES)
def test_a_node_gets_secrets_as_files_and_trusts_its_own_network(name: str):
    [config] = compose(name)["networks"]["inside"]["ipam"]["config"]
    for node in NODES[name]:
        service = services(name)[node]
        assert service["secrets"] == SECRETS
        assert service["environment"]["VISITORS_TRUSTED_PROXIES"] == config["subnet"]
        assert not set(service["environment"]) & set(SECRETS)
        assert service["ulimits"]["nofile"] > int(
            service["environment"]["VISITORS_MAX_CONNECTIONS"]
        )
    assert image.environment()["CREDENTIALS_DIRECTORY"] == "/run/secrets"


@pytest.mark.parametrize("name", NODES)
def test_all_files_that_are_named_are_there(name: str):
    for service in services(name).values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).is_file(), volume
        if "build" in service:
            context = (DEPLOY / service["build"]["context"]).resolve()
            assert (context, context / service["build"]["dockerfile"]) == (ROOT, image.DOCKERFILE)


def test_one_node_keeps_its_journal_in_a_volume():
    journal = image.environment()["VISITORS_JOURNAL"].removeprefix("sqlite:")
    [volume] = services(ONE)["visitors"]["volumes"]
    assert volume.partition(":")[2] == str(Path(journal).parent)
    assert volume.partition(":")[0] in compose(ONE)["volumes"]


def test_three_nodes_have_one_valkey_that_keeps_what_it_has_confirmed():
    valkey = services(THREE)["valkey"]
    options = dict(re.findall(r"--(\S+) (\S+)", " ".join(valkey["command"])))
    assert options["appendonly"] == "yes"
    assert options["appendfsync"] == "always"
    assert options["maxmemory-policy"] == "noeviction"
    assert valkey["networks"] == ["data"]
    assert compose(THREE)["networks"]["data"]["internal"] is True
    assert "healthcheck" in valkey
    for node in NODES[THREE]:
        service = services(THREE)[node]
        assert service["environment"]["VISITORS_JOURNAL"].startswith("redis://valkey:6379/")
        assert service["depends_on"]["valkey"] == {"condition": "service_healthy"}


def test_nginx_between_them_gets_the_documented_configuration_with_their_addresses(
    tmp_path: Path,
):
    nginx = services(THREE)["nginx"]
    script = nginx["command"][-1].replace("$$", "$")
    script, starts, _ = script.partition("&& exec nginx")
    assert starts
    script = script.replace("/etc/visitors/nginx.conf", str(DEPLOY / "nginx.conf"))
    made = tmp_path / "nginx.conf"
    script = script.replace("/tmp/nginx.conf", str(made))
    subprocess.run(["sh", "-euc", script], check=True, timeout=BOUND_S)
    text = made.read_text()
    addresses = [services(THREE)[n]["networks"]["inside"]["ipv4_address"] for n in NODES[THREE]]
    assert set(re.findall(r"server ([\d.]+):3000", text)) == set(addresses)
    assert "127.0.0.1" not in re.sub(r"#.*", "", text)
    assert "listen 8080;" in text
    assert "X-Forwarded-Proto $http_x_forwarded_proto;" in text
    made.write_text(text.replace("listen 8080", f"listen unix:{tmp_path / 'socket'}"))
    tested = subprocess.run(
        ["nginx", "-t", "-c", str(made), "-g", f"pid {tmp_path / 'pid'};"],
        capture_output=True,
        text=True,
        timeout=BOUND_S,
        env=os.environ,
        check=False,
    )
    assert tested.returncode == 0, tested.stderr
