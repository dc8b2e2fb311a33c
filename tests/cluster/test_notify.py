"""In a cluster every node sees every alert, and one of them sends it on."""

from pathlib import Path

from tests.cluster.nodes import agree, running
from tests.ingest.client import post
from tests.ingest.notify.receiver import receiving
from tests.redis_server import RedisServer
from tests.support import Running, wait_until

RULES = "/api/analytics/alerts/rules"


def test_one_node_sends_an_alert_and_all_agree_on_rules_and_acknowledgements(
    tmp_path: Path, redis_server: RedisServer
):
    flags = ("--spike-threshold", "2", "--alert-cooldown-s", "0", "--notify")
    with (
        receiving() as receiver,
        running(tmp_path, redis_server.journal("notify"), *flags, receiver.url) as nodes,
    ):
        post(nodes[0], sessionId="ann")
        post(nodes[1], sessionId="bob")
        wait_until(lambda: sum(map(sent, nodes)) == 1, "one node to send the alert")
        rules = {"rules": [{"name": "launch", "kind": "above"}]}
        assert nodes[2].http.put(RULES, json=rules).status_code == 200
        agree(nodes, 2)
        lists = [node.http.get("/api/analytics/alerts").json() for node in nodes]
        assert [rule["name"] for rule in lists[0]["rules"]] == ["launch"]
        [alert] = lists[0]["recent"]
        seen = f"/api/analytics/alerts/{alert['id']}/acknowledge"
        assert nodes[1].http.post(seen, json={"by": "Ann"}).status_code == 200
        agree(nodes, 2)
        for node in nodes:
            [known] = node.http.get("/api/analytics/alerts").json()["recent"]
            assert known["acknowledgedBy"] == "Ann"
        assert receiver.titles == ["Visitor spike detected!"]
        assert sum(map(sent, nodes)) == 1


def sent(node: Running) -> int:
    [target] = node.http.get("/healthz").json()["notify"]
    return target["sent"]
