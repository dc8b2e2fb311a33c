"""The tracker's script in Firefox, which keeps pages in its cache for the way back."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.connections.firefox import Firefox
from tests.e2e.tracker.recorder import Website, website
from tests.support import wait_until

START = ("pageview", "custom")


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running


def told(site: Website, *types: str) -> list[dict[str, Any]]:
    """What was sent but for heartbeats, once it is of these types. A page that is left and the next
    one send at the same time, in any order."""

    def all_others() -> list[dict[str, Any]]:
        return [event for event in site.events if event["type"] != "heartbeat"]

    wait_until(lambda: len(all_others()) >= len(types), f"{types}, not {site.types()}")
    assert sorted(event["type"] for event in all_others()) == sorted(types), site.types()
    return all_others()


def test_a_page_that_comes_back_from_the_cache_is_viewed_again_by_the_same_tab(
    site: Website, firefox: Firefox
) -> None:
    firefox.go_to(f"{site.url}/a")
    told(site, *START)
    firefox.evaluate("window.mark = 'kept'")
    firefox.go_to(f"{site.url}/b")
    told(site, *START, "leave", *START)
    firefox.go_back()
    sent = told(site, *START, "leave", *START, "leave", "pageview")
    assert firefox.evaluate("window.mark") == "kept", "it was loaded, and not from the cache"
    first = sent[0]["tab"]
    assert [(e["type"], e["url"]) for e in sent if e["tab"] == first] == [
        ("pageview", f"{site.url}/a"),
        ("custom", f"{site.url}/a"),
        ("leave", f"{site.url}/a"),
        ("pageview", f"{site.url}/a"),
    ]
    assert len({e["tab"] for e in sent}) == 2


def test_clicks_forms_and_views_of_a_single_page_are_sent(site: Website, firefox: Firefox) -> None:
    firefox.go_to(f"{site.url}/a")
    told(site, *START)
    firefox.evaluate("document.querySelector('[data-track=buy]').click()")
    firefox.evaluate("document.querySelector('#away').click()")
    firefox.evaluate("document.querySelector('form button').click()")
    firefox.evaluate("history.pushState(null, '', '/b')")
    sent = told(site, *START, "click", "custom", "custom", "pageview")
    assert [event.get("name") for event in sent[2:]] == [None, "outbound", "order", None]
    assert sent[-1]["url"] == f"{site.url}/b"


def test_what_fails_is_sent_again_with_its_id_and_a_closed_page_is_left(
    site: Website, firefox: Firefox
) -> None:
    site.status = 503
    firefox.go_to(f"{site.url}/a")
    [failed] = told(site, "pageview")
    site.status = 202
    firefox.evaluate("dispatchEvent(new Event('online'))")
    again = told(site, "pageview", *START)[1]
    assert again["eventId"] == failed["eventId"]
    firefox.go_to("about:blank")
    left = told(site, "pageview", *START, "leave")[-1]
    assert left["engagedMs"] >= 0
