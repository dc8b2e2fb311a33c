"""Whose request it is, behind proxies that are trusted and others."""

import pytest

from ingest.access.addresses import Addresses, address_in, bucket, is_untrusted
from tests.ingest.client import VIEW
from tests.support import StartServer

TRUSTED = Addresses(["10.0.0.0/8", "127.0.0.1", "::1"])


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6", "203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        (["203.0.113.7:4711"], "203.0.113.7"),
        (["[2001:db8:1:2:3:4:5:6]:4711"], "2001:db8:1:2::/64"),
        (['"[2001:db8:1:2::1]"'], "2001:db8:1:2::/64"),
        (["::ffff:203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, unknown"], "10.9.9.9"),
        (["_hidden"], "10.9.9.9"),
        ([""], "10.9.9.9"),
        ([], "10.9.9.9"),
        (["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
    ],
)
def test_the_nearest_address_that_no_trusted_proxy_has_is_the_client(
    forwarded_for: list[str], client: str
):
    assert TRUSTED.client("10.9.9.9", forwarded_for, is_forwarded=True) == client


def test_a_proxy_that_is_not_trusted_names_nobody():
    client = TRUSTED.client("192.0.2.1", ["203.0.113.7"], is_forwarded=True)
    assert is_untrusted(client)
    assert client.startswith("192.0.2.1")
    assert not is_untrusted(TRUSTED.client("192.0.2.1", [], is_forwarded=False))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_has_a_network(address: str, name: str):
    assert bucket(address) == name


@pytest.mark.parametrize(
    "hop", ["", "unknown", "_a", "1.2.3", "[::1", "a:b:c", "1.2.3.4.5", "1" * 200]
)
def test_what_is_no_address_is_none(hop: str):
    assert address_in(hop) in (None, "::1")


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
@pytest.mark.parametrize(
    "header",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-Proto": "https"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Real-IP": "203.0.113.7"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_on_loopback_a_proxy_that_is_not_named_gets_no_reads(
    start_server: StartServer, plain: tuple[str, ...], header: dict[str, str]
):
    server = start_server(*plain)
    refused = server.http.get("/api/analytics/summary", headers=header)
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert "trusted_proxies" in refused.json()["message"]
    reset = server.http.post("/api/analytics/reset", json={"confirm": "reset"}, headers=header)
    assert reset.status_code == 403
    assert server.http.post("/api/events", json=VIEW, headers=header).status_code == 201


def test_rates_spare_no_proxy_that_is_not_named(start_server: StartServer):
    server = start_server()
    header = {"X-Forwarded-For": "203.0.113.7"}
    batch = [VIEW] * 1_000
    codes = {
        server.http.post("/api/events/batch", json=batch, headers=header).status_code
        for _ in range(12)
    }
    assert codes == {200, 429}
    assert server.http.post("/api/events/batch", json=batch).status_code == 200
