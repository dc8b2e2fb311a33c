"""The fast way of ``POST /api/track`` and the ordinary way can't be told apart from outside."""
# ruff: noqa: E501 — a table that is read by line

import json
from collections.abc import Iterator

import pytest

from tests.ingest.raw import HOST, LENGTH, TYPE, Case, Pair, asks, pair, statuses, talk

START = b"POST /api/track HTTP/1.1"
TEXT = b"Content-Type: text/plain;charset=UTF-8"
AGENT = (
    b"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    b" (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
CHROME = (
    *(b"Connection: keep-alive", b'sec-ch-ua-platform: "Windows"', AGENT, b"sec-ch-ua-mobile: ?0"),
    *(b'sec-ch-ua: "Chromium";v="131"', b"Accept: */*", b"Origin: https://www.example.org"),
    *(b"Sec-Fetch-Site: cross-site", b"Sec-Fetch-Mode: no-cors", b"Sec-Fetch-Dest: empty"),
    *(b"Sec-Fetch-Storage-Access: active", b"Referer: https://www.example.org/"),
    *(b"Accept-Encoding: gzip, deflate, br, zstd", b"Accept-Language: en-GB,en;q=0.9"),
)
WELL = {"type": "pageview", "url": "https://www.example.org/a?utm_source=hn", "sessionId": "ann"}


def made(**fields: object) -> bytes:
    return json.dumps(WELL | fields).encode()


def sent(body: bytes, *lines: bytes) -> bytes:
    return asks(HOST, TEXT, LENGTH, *(lines or (AGENT,)), body=body, start=START)


REQUESTS = {
    "what Chrome sends": sent(made(referrer="https://news.ycombinator.com/"), *CHROME),
    "JSON": asks(HOST, TYPE, LENGTH, AGENT, body=made(), start=START),
    "all fields": sent(made(timezone="Asia/Calcutta", language="en", screen="1x1", tab="t", title="T")),
    "an id of its own": sent(made(eventId="e-1")),
    "a click": sent(made(type="click", element="buy")),
    "a custom event": sent(made(type="custom", name="signup", metadata={"plan": "pro"})),
    "a custom event without a name": sent(made(type="custom")),
    "the end of a session": sent(made(type="session_end")),
    "no type": sent(b'{"url":"https://a/"}'),
    "no address": sent(made(url="")),
    "an address of another kind": sent(made(url="ftp://a/")),
    "everything wrong": sent(made(url=1, type=2, title=[], metadata="x", automated=3)),
    "an array": sent(b"[%s,%s]" % (made(), made(url="x"))),
    "an empty array": sent(b"[]"),
    "too many": sent(b"[%s]" % b",".join([made()] * 21)),
    "no JSON": sent(b"{"),
    "NaN": sent(made()[:-1] + b',"metadata":{"a":NaN}}'),
    "no UTF-8": sent(made()[:-1] + b',"title":"\xff"}'),
    "not ASCII": sent(made(title="Zoë", url="https://example.org/ü")),
    "a control character": sent(made(title="\u0007")),
    "more than 16 KiB": sent(made(title="x" * 17_000)),
    "a bot": sent(made(), b"User-Agent: curl/8.4.0"),
    "no User-Agent": sent(made(), b"Accept: */*"),
    "a driven browser": sent(made(automated=True)),
    "DNT": sent(made(), AGENT, b"DNT: 1"),
    "GPC": sent(made(), AGENT, b"Sec-GPC: 1"),
    "a country by an unknown proxy": sent(made(), AGENT, b"CF-IPCountry: JP", b"X-Forwarded-For: 1.2.3.4"),
    "a key": sent(made(key="k")),
    "a key that is no text": sent(made(key=7)),
    "an event id of the request": sent(made(), AGENT, b"X-Event-Id: e-2"),
    "another method": asks(HOST, body=b"", start=b"GET /api/track HTTP/1.1"),
    "another path": asks(HOST, TEXT, LENGTH, AGENT, body=made(), start=b"POST /api/tracker HTTP/1.1"),
    "gzip": sent(made(), AGENT, b"Content-Encoding: gzip"),
    "another type of body": asks(HOST, b"Content-Type: text/html", LENGTH, body=made(), start=START),
}  # fmt: skip


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory) as servers:
        yield servers


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair(tmp_path_factory, "--trusted-proxies", "127.0.0.1", "--ingest-key", "k") as servers:
        yield servers


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_of_the_tracker_is_answered_alike(two: Pair, name: str):
    two.compare(Case([REQUESTS[name]]))


@pytest.mark.parametrize("key", ["k", "wrong", None])
def test_behind_a_trusted_proxy_with_a_key_as_well(behind: Pair, key: str | None):
    proxied = (AGENT, b"X-Forwarded-For: 203.0.113.7", b"CF-IPCountry: KE")
    heard = behind.compare(Case([sent(made(key=key), *proxied)]))
    assert statuses(heard)[0] == (202 if key == "k" else 401)


def test_many_in_one_segment_and_one_in_many(two: Pair):
    both = sent(made(), *CHROME) + asks(HOST, TYPE, LENGTH) + sent(made(type="click"), *CHROME)
    two.compare(Case([both], answers=3))
    whole = sent(made(), *CHROME)
    two.compare(Case([whole[:100], whole[100:-5], whole[-5:]]))


def test_a_bot_and_somebody_who_opted_out_between_events(two: Pair):
    """None of them shifts whose answer is whose."""
    first, twice = sent(made(eventId="first")), sent(made(eventId="twice"))
    bot, unwilling = REQUESTS["a bot"], REQUESTS["GPC"]
    heard = two.compare(
        Case([first + bot + twice + unwilling + twice + unwilling + bot, first], answers=8)
    )
    assert statuses(heard)[:8] == [202] * 8
    assert heard.count(b'"eventId":"twice"') == 2


def test_only_bots_and_only_those_who_opted_out(two: Pair):
    two.compare(Case([REQUESTS["a bot"] * 3, REQUESTS["GPC"] * 3], answers=6))


def test_behind_a_trusted_proxy_each_sender_is_another_visitor(behind: Pair):
    by = [f"X-Forwarded-For: 203.0.113.{last}".encode() for last in (1, 2, 1)]
    body = made(key="k", sessionId=None)
    behind.fast.start_at_zero()
    talk(behind.fast.port, Case([b"".join(sent(body, AGENT, each) for each in by)], answers=3))
    assert behind.fast.http.get("/api/analytics/summary").json()["totalActive"] == 2
