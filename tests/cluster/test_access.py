"""What a user of Redis has to be allowed, so that nodes can work as that user."""

import re
from pathlib import Path

from tests.cluster.nodes import agree, running, start, views, wait_for_checkpoint
from tests.ingest.client import dashboard, summary
from tests.redis_server import RedisServer
from tests.support import ROOT, parting, wait_until

EVENTS = 40


def as_user(redis: RedisServer, *less: str) -> str:
    """The journal for a user who may do what docs/deployment.md says, without ``less``."""
    text = (ROOT / "docs/deployment.md").read_text()
    [line] = re.findall(r"^ *(ACL SETUSER .*)$", text, re.MULTILINE)
    redis.redis.execute_command(*line.split(), *less)
    return redis.journal().replace("redis://", "redis://visitors:secret@")


async def test_a_node_needs_no_more_than_the_documents_say(tmp_path: Path, redis: RedisServer):
    flags = ("--checkpoint-events", str(EVENTS), "--retention-days", "1")
    with running(tmp_path, as_user(redis), *flags, nodes=2) as nodes:
        async with dashboard(nodes[0]):
            wait_until(lambda: summary(nodes[1])["totalDashboards"] == 1, "the other's dashboard")
        views(nodes[0], EVENTS)
        wait_for_checkpoint(nodes)
        agree(nodes, EVENTS)
    assert redis.redis.acl_log() == []


def test_who_may_not_hear_the_other_nodes_is_told_so_once(tmp_path: Path, redis: RedisServer):
    node = start(tmp_path, as_user(redis, "resetchannels"))
    with parting([node]):
        warning = "Dashboards of other nodes aren't counted here"
        wait_until(lambda: warning in node.complaints, "a line in the log")
        views(node, 2)
        assert summary(node)["totalEvents"] == 2
        wait_until(lambda: redis.redis.acl_log()[0]["count"] > 2, "another try")
        node.terminate()
        node.wait()
        assert node.complaints.count(warning) == 1
