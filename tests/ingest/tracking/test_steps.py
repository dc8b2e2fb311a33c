"""What is made of a request of the tracker, field by field."""
# ruff: noqa: E501 — User-Agents, and tables that are read by line

from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline.rejection import Refusal
from ingest.tracking.hit import Caller, Hit
from ingest.tracking.known.agents import agent_of
from ingest.tracking.known.urls import read_url
from ingest.tracking.known.zones import country_code_in
from ingest.tracking.pipeline import MADE, OptedOut, Tracking, TrackingRules
from ingest.tracking.request import TEXTS, TrackRequest, read_request
from ingest.tracking.steps.crowd import Crowd
from state.event import BotHit, Event
from state.salts.day_salts import DaySalts
from state.salts.stores import MemorySalts
from state.wire.messages import encode
from tests.support import NOON

DESKTOP = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/131.0.0.0 Safari/537.36"
)
HOME = "https://www.example.org/"


class Door:
    """The steps with their settings, and a clock."""

    def __init__(self, **rules: Any) -> None:
        self.now = NOON
        self.running: set[str] = set()
        self.places: dict[str, str] = {}
        self.salts = DaySalts(MemorySalts(), UTC, lambda: self.now)
        self.salts.refresh()
        self.tracking = Tracking(
            TrackingRules(**rules),
            self.salts,
            self.places.get,
            lambda site, session_id: session_id in self.running,
        )

    def send(
        self,
        fields: dict[str, Any] | None = None,
        *,
        address: str = "192.0.2.7",
        is_trusted: bool = False,
        agent: str = DESKTOP,
        **headers: str,
    ) -> Event | BotHit | OptedOut | Refusal:
        sent = read_request(encode({"type": "pageview", "url": HOME, **(fields or {})}))
        if isinstance(sent, Refusal):
            return sent
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        caller = Caller(address, {"user-agent": agent, **named}, is_trusted)
        return self.tracking.event(sent, caller, self.now)

    def event(self, fields: dict[str, Any] | None = None, **more: Any) -> Event:
        made = self.send(fields, **more)
        assert isinstance(made, Event), made
        return made

    def metadata(self, fields: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        return self.event(fields, **more).metadata or {}


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://example.org", "/"),
        ("https://example.org/a/b/", "/a/b/"),
        ("https://example.org/a?utm_source=x&id=7#top", "/a#top"),
        ("https://example.org/ä?x", "/ä"),
        ("https://example.org/" + "x" * 3_000, "/" + "x" * 2_047),
    ],
)
def test_a_page_is_the_path_of_the_address(url: str, page: str):
    assert Door().event({"url": url}).page == page


def test_names_of_the_query_that_are_kept_belong_to_the_page():
    door = Door(keep_query=frozenset({"id", "q"}))
    assert door.event({"url": f"{HOME}a?x=1&q=ü%20b&id=7"}).page == "/a?q=%C3%BC+b&id=7"
    assert door.event({"url": f"{HOME}a?x=1"}).page == "/a"


@pytest.mark.parametrize(
    "url", ["", "/a", "ftp://example.org/", "http://", "http://[::1", "about:blank"]
)
def test_an_address_that_is_no_website_s_is_refused_by_name(url: str):
    refusal = Door().send({"url": url})
    assert isinstance(refusal, Refusal)
    assert [error.field for error in refusal.fields] == ["url"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (
            "utm_source=HN&utm_medium=Social&utm_campaign=Launch",
            {"campaign": "launch", "medium": "social"},
        ),
        ("utm_term=a%20b&utm_content=C", {"term": "a b", "content": "c"}),
        ("utm_campaign=one&utm_campaign=two", {"campaign": "one"}),
        ("UTM_CAMPAIGN=x", {"campaign": "x"}),
        ("utm_campaign=" + "x" * 300, {"campaign": "x" * 128}),
        ("utm_campaign=<script>", {"campaign": "<script>"}),
        ("utm_campaign=a%00b%0Ac%E2%80%AEd%7F", {"campaign": "abcd"}),
        ("utm_campaign=%ED%A0%80", {"campaign": "\ufffd" * 3}),
        ("utm_campaign=%0A", {}),
        ("utm_campaign=&x=1", {}),
    ],
)
def test_a_campaign_is_read_from_the_address(query: str, found: dict[str, str]):
    names = ("campaign", "medium", "term", "content")
    metadata = Door().metadata({"url": f"{HOME}?{query}"})
    assert {name: metadata[name] for name in names if name in metadata} == found


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, ("Direct", "Direct", "direct")),
        ({"referrer": "https://www.google.de/"}, ("google.de", "Google", "search")),
        (
            {"referrer": "https://news.ycombinator.com/item?id=1"},
            ("news.ycombinator.com", "Hacker News", "social"),
        ),
        ({"referrer": "https://chatgpt.com/"}, ("chatgpt.com", "ChatGPT", "ai")),
        ({"referrer": "https://mail.google.com/mail"}, ("mail.google.com", "Gmail", "email")),
        (
            {"referrer": "https://blog.other.example/x"},
            ("blog.other.example", "blog.other.example", "referral"),
        ),
        ({"referrer": "https://example.org/before"}, ("Direct", "Direct", "direct")),
        ({"referrer": "https://EXAMPLE.org./before"}, ("Direct", "Direct", "direct")),
        ({"referrer": "no address"}, ("Direct", "Direct", "direct")),
        ({"url": f"{HOME}?utm_source=newsletter"}, ("Direct", "newsletter", "campaign")),
        ({"url": f"{HOME}?ref=producthunt"}, ("Direct", "producthunt", "campaign")),
        ({"url": f"{HOME}?utm_source=google&utm_medium=cpc"}, ("Direct", "Google", "paid")),
        ({"url": f"{HOME}?utm_source=mail&utm_medium=email"}, ("Direct", "mail", "email")),
        (
            {"url": f"{HOME}?utm_source=facebook", "referrer": "https://t.co/x"},
            ("t.co", "Facebook", "social"),
        ),
        (
            {"url": f"{HOME}?utm_campaign=x", "referrer": "https://www.google.com/"},
            ("google.com", "Google", "search"),
        ),
    ],
)
def test_where_a_visitor_comes_from(fields: dict[str, str], told: tuple[str, str, str]):
    metadata = Door().metadata(fields)
    assert (metadata["referrer"], metadata["source"], metadata["channel"]) == told


def test_other_hosts_of_the_website_are_no_referrers():
    door = Door(own_hosts={"": ("shop.example.org",)})
    assert door.metadata({"referrer": "https://shop.example.org/cart"})["referrer"] == "Direct"


IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1"
IPAD = "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1"
PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Mobile Safari/537.36"
TABLET = "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36"
TV = "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0.3809.146/6.0 TV Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0"
CROS = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
FOX = "Mozilla/5.0 (Android 14; Mobile; rv:121.0) Gecko/121.0 Firefox/121.0"
CRIOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (DESKTOP, ("desktop", "Chrome", "Windows")),
        (IPHONE, ("mobile", "Safari", "iOS")),
        (IPAD, ("tablet", "Safari", "iOS")),
        (PIXEL, ("mobile", "Chrome", "Android")),
        (TABLET, ("tablet", "Chrome", "Android")),
        (TV, ("tv", "Safari", "Tizen")),
        (MAC, ("desktop", "Safari", "macOS")),
        (EDGE, ("desktop", "Edge", "Windows")),
        (CROS, ("desktop", "Chrome", "Chrome OS")),
        (FOX, ("mobile", "Firefox", "Android")),
        (CRIOS, ("mobile", "Chrome", "iOS")),
        ("something of my own", ("other", "Other", "Other")),
    ],
)
def test_device_browser_and_system_are_those_of_the_user_agent(agent: str, told: tuple[str, ...]):
    metadata = Door().metadata(agent=agent)
    assert (metadata["device"], metadata["browser"], metadata["os"]) == told


def test_client_hints_say_what_the_user_agent_hides():
    hints = {"sec_ch_ua_mobile": "?1", "sec_ch_ua_platform": '"Android"'}
    metadata = Door().metadata(agent=CROS, **hints)
    assert (metadata["device"], metadata["os"]) == ("mobile", "Android")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
        ("curl/8.4.0", "curl"),
        ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot"),
        ("", "no User-Agent"),
    ],
)
def test_a_bot_is_told_by_its_user_agent(agent: str, name: str):
    assert Door().send(agent=agent) == BotHit(name)


def test_a_browser_that_a_program_drives_is_a_bot():
    assert Door().send({"automated": True}) == BotHit("automated browser")


def test_more_than_sixty_pageviews_of_a_session_in_a_minute_are_a_bot_s():
    door = Door()
    assert all(isinstance(door.send(), Event) for _ in range(60))
    assert door.send() == door.send({"type": "click"}) == BotHit("too many pageviews")
    assert isinstance(door.send(address="192.0.2.8"), Event)
    door.now += 60
    assert isinstance(door.send(), Event)


def test_a_session_id_at_one_site_says_nothing_of_its_like_at_another():
    crowd, url = Crowd(), read_url(HOME)
    sent = read_request(encode({"type": "pageview", "url": HOME}))
    assert url is not None
    assert isinstance(sent, TrackRequest)
    for site, views in (("shop", 61), ("blog", 60)):
        hits = [Hit(sent, Caller("", {}, False), 0, url, {}, site, session_id="ann")] * views
        for hit in hits:
            crowd.find_bot(hit)
        assert (hit.bot is not None) is (site == "shop")


@pytest.mark.parametrize(
    ("fields", "more", "told"),
    [
        ({}, {}, ("Unknown", None)),
        ({"country": "Deutschland"}, {}, ("Germany", "body")),
        ({"country": "in"}, {}, ("India", "body")),
        ({"country": "UK"}, {}, ("United Kingdom", "body")),
        ({"country": "Korea, Republic of"}, {}, ("South Korea", "body")),
        ({"country": "Atlantis"}, {}, ("Atlantis", "body")),
        ({"timezone": "Asia/Calcutta"}, {}, ("India", "timezone")),
        ({"timezone": "Europe/Berlin"}, {}, ("Germany", "timezone")),
        ({"timezone": "UTC"}, {}, ("Unknown", None)),
        ({}, {"cf_ipcountry": "JP"}, ("Unknown", None)),
        ({}, {"cf_ipcountry": "JP", "is_trusted": True}, ("Japan", "proxy")),
        (
            {},
            {"cf_ipcountry": "XX", "x_vercel_ip_country": "br", "is_trusted": True},
            ("Brazil", "proxy"),
        ),
        ({"timezone": "Europe/Paris"}, {"address": "198.51.100.1"}, ("Kenya", "geo database")),
        ({"country": "FR"}, {"cf_ipcountry": "JP", "is_trusted": True}, ("France", "body")),
        ({}, {"cf_ipcountry": "x" * 100, "is_trusted": True}, ("x" * 64, "proxy")),
    ],
)
def test_a_country_is_told_by_who_knows_it_best(
    fields: dict[str, str], more: dict[str, Any], told: tuple[str, str | None]
):
    door = Door()
    door.places["198.51.100.1"] = "KE"
    event = door.event(fields, **more)
    assert (event.country, (event.metadata or {}).get("countryFrom")) == told


def test_zones_have_the_countries_of_tzdata_and_old_names_count():
    told = {zone: country_code_in(zone) for zone in ("Asia/Kolkata", "Asia/Calcutta", "GB", "NZ")}
    assert told == {"Asia/Kolkata": "IN", "Asia/Calcutta": "IN", "GB": "GB", "NZ": "NZ"}
    assert country_code_in("Etc/GMT+3") is country_code_in("made up") is None


def test_an_id_is_derived_from_site_address_and_browser_and_tells_none_of_them():
    door = Door()
    first = door.event().session_id
    assert len(first) == 22
    assert first == door.event({"url": f"{HOME}other"}).session_id
    assert first != door.event(address="192.0.2.8").session_id
    assert first != door.event(agent=MAC).session_id
    assert first != Door().event().session_id, "another salt"
    assert door.event({"sessionId": "my-own"}).session_id == "my-own"


def test_on_another_day_a_visitor_has_another_id_unless_the_visit_goes_on():
    door = Door()
    before = door.event().session_id
    door.now += 86_400
    door.salts.refresh()
    door.running.add(before)
    assert door.event().session_id == before
    door.running.clear()
    assert door.event().session_id != before


@pytest.mark.parametrize(("header", "word"), [("dnt", "dnt"), ("sec_gpc", "gpc")])
def test_who_asks_not_to_be_counted_is_not(header: str, word: str):
    assert Door().send(**{header: "1"}) == OptedOut()
    assert isinstance(Door().send(**{header: "0"}), Event)
    assert isinstance(Door(honour=()).send(**{header: "1"}), Event)
    assert Door(honour=(word,)).send(**{header: "1"}) == OptedOut()


@pytest.mark.parametrize(("name", "value"), [("dnt", "1"), ("dnt", "yes"), ("gpc", True)])
def test_the_property_of_a_browser_counts_as_well_as_its_header(name: str, value: object):
    assert Door().send({name: value}) == OptedOut()
    assert isinstance(Door(honour=()).send({name: value}), Event)
    for other in (None, "0", "unspecified", False, {}, []):
        assert isinstance(Door().send({name: other}), Event)


def test_what_the_page_tells_stays_beside_what_is_made_of_it():
    fields = {"type": "custom", "name": "signup", "element": "form", "eventId": "e-1"}
    event = Door().event({**fields, "metadata": {"plan": "pro", "device": "toaster"}})
    assert (event.id, event.name) == ("e-1", "signup")
    assert event.metadata is not None
    assert (event.metadata["plan"], event.metadata["element"]) == ("pro", "form")
    assert event.metadata["device"] == "desktop"


@pytest.mark.parametrize("value", ["twitter", 5, ["x"], {"a": 1}, None, True])
def test_what_is_made_of_a_request_is_not_taken_from_the_page(value: object):
    """``source`` of an event of the page's own is no campaign's."""
    told = {name: value for name in MADE}
    event = Door().event({"type": "custom", "name": "x", "metadata": {**told, "plan": "pro"}})
    assert event.metadata == {
        **{"plan": "pro", "device": "desktop", "browser": "Chrome", "os": "Windows"},
        **{"referrer": "Direct", "source": "Direct", "channel": "direct"},
    }


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"type": "view"}, ["type"]),
        ({"type": "custom"}, ["name"]),
        ({"url": 7, "title": "x" * 600}, ["url", "title"]),
        ({"url": f"{HOME}\u0000"}, ["url"]),
        ({"metadata": [1]}, ["metadata"]),
        ({"metadata": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, ["metadata.a.b.c.d"]),
        ({"automated": 1}, ["automated"]),
        *(({name: "x" * (longest + 1)}, [name]) for name, longest in TEXTS.items()),
    ],
)
def test_all_wrong_fields_are_named(fields: dict[str, Any], wrong: list[str]):
    refusal = Door().send(fields)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, [error.field for error in refusal.fields]) == ("invalid_event", wrong)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b'{"type":"pageview","url":"http://a/\xff"}']
)
def test_a_body_that_is_no_object_is_refused(body: bytes):
    assert isinstance(read_request(body), Refusal)


def test_what_browsers_say_of_themselves_is_no_bot_s():
    for agent in (DESKTOP, IPHONE, IPAD, PIXEL, TABLET, TV, MAC, EDGE, CROS, FOX, CRIOS):
        assert agent_of(agent).bot is None
    assert agent_of(f"{DESKTOP} YandexSearch/7.0").bot is None


def test_ten_thousand_agents_of_any_length_take_no_more_room_than_a_few():
    for number in range(10_000):
        agent_of(f"{DESKTOP} {number} " + "x" * 5_000)
    assert agent_of(DESKTOP).browser == "Chrome"


def test_the_file_of_referrers_has_its_notice():
    notice = Path("ingest/tracking/known/sources.py").read_text()
    assert "MIT, © Ghost" in notice
