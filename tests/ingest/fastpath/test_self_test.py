"""Another uvicorn than the one we know is noticed before the port is bound."""

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ingest.fastpath.self_test import find_mismatch
from tests.support import BOUND_S, ROOT

SABOTAGED = """
import sys
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
del HttpToolsProtocol._unset_keepalive_if_required
import main
sys.exit(main.main(["--port", "0"]))
"""


def test_the_uvicorn_that_is_pinned_fits():
    assert asyncio.run(find_mismatch()) is None


@pytest.mark.parametrize(
    ("owner", "name", "changed"),
    [
        (HttpToolsProtocol, "_unset_keepalive_if_required", None),
        (HttpToolsProtocol, "on_message_complete", None),
        (HttpToolsProtocol, "on_message_begin", lambda self: None),
        (HttpToolsProtocol, "handle_websocket_upgrade", lambda self: None),
        (HttpToolsProtocol, "data_received", lambda self, data: None),
        (WebSocketsSansIOProtocol, "handle_connect", lambda self, event: None),
        (WebSocketsSansIOProtocol, "handle_events", None),
        (WebSocketsSansIOProtocol, "stop_keepalive", None),
        (WebSocketsSansIOProtocol, "send", lambda self, message: None),
    ],
)
def test_a_change_of_its_insides_is_noticed(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, changed: Any
):
    if changed is None:
        monkeypatch.delattr(owner, name)
    else:
        monkeypatch.setattr(owner, name, changed)
    assert asyncio.run(find_mismatch()) is not None


def test_the_server_says_so_and_starts_all_the_same():
    """And a signal that comes before it is up is not lost."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", SABOTAGED]
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stderr is not None
            told = server.stdout.readline()
            warned = server.stderr.readline()
            server.terminate()
            assert server.wait(BOUND_S) == 0
        finally:
            server.kill()
    assert warned.startswith("The fast path doesn't fit this uvicorn")
    assert told.startswith("Visitor analytics on http://")
