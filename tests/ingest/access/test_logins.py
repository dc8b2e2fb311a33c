"""Logins over the life of a server, and who may start the numbers at zero."""

from pathlib import Path

import httpx
import pytest

from tests.ingest.client import login_cookie, post, summary
from tests.support import BOUND_S, Running, StartServer

TOKEN = "secret-of-the-house"
RESET = {"confirm": "reset"}


def read(server: Running, cookie: str) -> int:
    return server.http.get("/api/analytics/summary", headers={"Cookie": cookie}).status_code


def test_a_login_outlives_a_restart_and_a_logout_does_too(
    start_server: StartServer, tmp_path: Path
):
    flags = ("--token", TOKEN, "--journal", f"sqlite:{tmp_path / 'visitors.db'}")
    server = start_server(*flags)
    stays, leaves = login_cookie(server, TOKEN), login_cookie(server, TOKEN)
    assert (read(server, stays), read(server, leaves)) == (200, 200)
    out = httpx.post(
        f"{server.url}/logout", headers={"Cookie": leaves}, trust_env=False, timeout=BOUND_S
    )
    assert out.status_code == 303
    assert (read(server, stays), read(server, leaves)) == (200, 401)
    server.stop()
    server = start_server(*flags)
    assert (read(server, stays), read(server, leaves)) == (200, 401)


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
def test_open_opens_reads_and_no_reset(start_server: StartServer, plain: tuple[str, ...]):
    server = start_server("--host", "0.0.0.0", "--open", *plain)
    post(server)
    assert summary(server)["totalEvents"] == 1
    refused = server.http.post("/api/analytics/reset", json=RESET)
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert "open-reset" in refused.json()["message"]
    assert "reset.js" not in server.http.get("/").text
    assert summary(server)["totalEvents"] == 1


def test_open_reset_opens_the_reset_too(start_server: StartServer):
    server = start_server("--host", "0.0.0.0", "--open", "--open-reset")
    assert server.http.post("/api/analytics/reset", json=RESET).status_code == 200


def test_open_with_a_token_keeps_the_reset_for_the_token(start_server: StartServer):
    server = start_server("--host", "0.0.0.0", "--open", "--token", TOKEN)
    assert server.http.get("/api/analytics/summary").status_code == 200
    assert server.http.post("/api/analytics/reset", json=RESET).status_code == 401
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert server.http.post("/api/analytics/reset", json=RESET, headers=bearer).status_code == 200
    cookie = {"Cookie": login_cookie(server, TOKEN)}
    assert server.http.post("/api/analytics/reset", json=RESET, headers=cookie).status_code == 200
