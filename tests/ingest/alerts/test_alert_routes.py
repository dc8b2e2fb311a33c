"""The routes of alerts against the real server."""

from typing import Any

import pytest

from tests.ingest.client import dashboard, post
from tests.support import Running, StartServer

ALERTS = "/api/analytics/alerts"
RULES = f"{ALERTS}/rules"
LAUNCH = {"name": "launch", "kind": "above", "factor": 3}


def seen(server: Running, alert: object, **more: Any) -> Any:
    return server.http.post(f"{ALERTS}/{alert}/acknowledge", **more)


def test_the_standard_rules_are_listed_until_others_are_set(start_server: StartServer):
    server = start_server()
    post(server)
    told = server.http.get(ALERTS).json()
    kinds = [rule["kind"] for rule in told["rules"]]
    assert kinds == ["above", "below", "silence", "record", "new_source"]
    assert (told["peopleHere"], told["usual"], told["active"]) == (1, None, [])


async def test_rules_are_set_and_every_dashboard_is_told(server: Running):
    async with dashboard(server) as viewer:
        answer = server.http.put(RULES, json={"rules": [LAUNCH], "by": "Ann"})
        rule = {"name": "launch", "kind": "above", "level": "warning", "enabled": True}
        rule |= {"factor": 3.0, "least": 10, "minutes": 0, "cooldownMinutes": 30}
        assert (answer.status_code, answer.json()) == (200, {"success": True, "rules": [rule]})
        message = await viewer.until("alert_rules")
        assert (message["rules"], message["by"]) == ([rule], "Ann")
    assert server.http.get(ALERTS).json()["rules"] == [rule]


def test_rules_outlive_a_restart_and_a_reset(start_server: StartServer, tmp_path: Any):
    flags = ["--journal", f"sqlite:{tmp_path}/visitors.db"]
    first = start_server(*flags)
    assert first.http.put(RULES, json={"rules": [LAUNCH]}).status_code == 200
    first.http.post("/api/analytics/reset", json={"confirm": "reset"})
    first.stop()
    again = start_server(*flags)
    assert [rule["name"] for rule in again.http.get(ALERTS).json()["rules"]] == ["launch"]


@pytest.mark.parametrize(
    ("rule", "field", "allowed"),
    [
        ({"name": "a", "kind": "more"}, "kind", "above, below, silence, record, new_source"),
        ({"name": "a"}, "kind", "above"),
        ({"kind": "above"}, "name", "1 to 64"),
        (LAUNCH | {"factor": "3"}, "factor", "from 1 to 1000"),
        (LAUNCH | {"factor": 0.5}, "factor", "from 1 to 1000"),
        (LAUNCH | {"minutes": 1.5}, "minutes", "whole number from 0 to 1440"),
        (LAUNCH | {"cooldownMinutes": 99_999}, "cooldownMinutes", "from 0 to 10080"),
        (LAUNCH | {"enabled": 1}, "enabled", "true or false"),
        (LAUNCH | {"level": "loud"}, "level", "milestone"),
        (LAUNCH | {"cooldown": 5}, "cooldown", "cooldownMinutes"),
    ],
)
def test_a_wrong_rule_is_refused_by_field_and_changes_nothing(
    server: Running, rule: dict[str, Any], field: str, allowed: str
):
    before = server.http.get(ALERTS).json()["rules"]
    answer = server.http.put(RULES, json={"rules": [{"name": "b", "kind": "below"}, rule]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    [wrong] = answer.json()["fields"]
    assert wrong["field"] == f"rules[1].{field}"
    assert allowed in wrong["message"]
    assert server.http.get(ALERTS).json()["rules"] == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"rules": [{}, 7], "by": 7}, ["rules[0].name", "rules[0].kind", "rules[1]", "by"]),
        ({"rules": {}}, ["rules"]),
        ({}, ["rules"]),
        ([], []),
        ({"rules": [], "by": "x" * 65}, ["by"]),
    ],
)
def test_all_wrong_fields_are_named_at_once(server: Running, body: Any, fields: list[str]):
    answer = server.http.put(RULES, json=body)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["fields"]] == fields


def test_a_whole_number_may_be_written_with_a_point(server: Running):
    answer = server.http.put(RULES, json={"rules": [LAUNCH | {"minutes": 2.0}]})
    assert answer.json()["rules"][0]["minutes"] == 2


def test_of_two_rules_with_one_name_the_latter_counts(server: Running):
    answer = server.http.put(RULES, json={"rules": [LAUNCH, LAUNCH | {"factor": 4}]})
    assert [rule["factor"] for rule in answer.json()["rules"]] == [4.0]


async def test_a_spike_is_acknowledged_and_the_first_one_counts(start_server: StartServer):
    server = start_server("--spike-threshold", "1")
    async with dashboard(server) as viewer:
        post(server)
        await viewer.until("alert")
        alert = viewer.heard[-1]["seq"]
        assert seen(server, alert, json={"by": "Ann"}).json() == {"success": True}
        told = await viewer.until("alert_acknowledged")
        assert (told["alertId"], told["by"]) == (alert, "Ann")
    assert seen(server, alert).status_code == 200
    [known] = server.http.get(ALERTS).json()["recent"]
    assert (known["id"], known["acknowledgedBy"], known["state"]) == (alert, "Ann", None)


@pytest.mark.parametrize("alert", ["0", "99", "x", "9" * 400, "-1", "1.5"])
def test_an_unknown_alert_is_404(server: Running, alert: str):
    answer = seen(server, alert)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_with_a_token_changes_need_it_and_the_key_is_not_enough(start_server: StartServer):
    server = start_server("--token", "secret-of-the-house", "--ingest-key", "key-of-the-door")
    for secret, status in (("key-of-the-door", 401), ("secret-of-the-house", 200)):
        headers = {"Authorization": f"Bearer {secret}"}
        assert server.http.put(RULES, json={"rules": []}, headers=headers).status_code == status
        assert server.http.get(ALERTS, headers=headers).status_code == status
    headers = {"Authorization": "Bearer secret-of-the-house"}
    assert seen(server, 1, headers=headers).status_code == 404


def test_a_server_that_is_open_for_reading_refuses_changes(start_server: StartServer):
    server = start_server("--host", "0.0.0.0", "--open")
    for answer in (server.http.put(RULES, json={"rules": []}), seen(server, 1)):
        assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    assert server.http.get(ALERTS).status_code == 200
