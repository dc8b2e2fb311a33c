"""What a person sees on the dashboard, and the specification's samples."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support import Running

SAMPLES: list[dict[str, Any]] = [
    {
        "type": "pageview",
        "page": "/home",
        "sessionId": "visitor-001",
        "timestamp": "2025-07-20T10:30:00Z",
        "country": "India",
        "metadata": {"device": "desktop", "referrer": "google.com"},
    },
    {
        "type": "pageview",
        "page": "/products",
        "sessionId": "visitor-001",
        "timestamp": "2025-07-20T10:30:30Z",
        "country": "India",
        "metadata": {"device": "desktop"},
    },
    {
        "type": "click",
        "page": "/products",
        "sessionId": "visitor-001",
        "timestamp": "2025-07-20T10:30:45Z",
        "country": "India",
        "metadata": {"element": "buy-button"},
    },
    {
        "type": "pageview",
        "page": "/about",
        "sessionId": "visitor-002",
        "timestamp": "2025-07-20T10:31:00Z",
        "country": "USA",
        "metadata": {"device": "mobile", "referrer": "facebook.com"},
    },
    {
        "type": "session_end",
        "page": "/products",
        "sessionId": "visitor-001",
        "timestamp": "2025-07-20T10:35:00Z",
        "country": "India",
    },
]


def post(server: Running, event: dict[str, Any]) -> None:
    answer = server.http.post("/api/events", json=event)
    assert answer.status_code == 201, answer.text


def view(server: Running, session_id: str, page: str = "/home", **more: Any) -> None:
    """Somebody views a page."""
    post(server, {"type": "pageview", "page": page, "sessionId": session_id, **more})


def expect_number(page: Page, label: str, value: str) -> None:
    """A big number says this."""
    figure = page.locator(".figure", has_text=label).first
    expect(figure.locator(".figure-value")).to_have_text(value)


def feed(page: Page) -> list[str]:
    """The feed's rows, newest first, as read aloud: glyph, what, who, when."""
    return [" ".join(row.split()) for row in page.locator(".feed-row").all_inner_texts()]


def expect_feed(page: Page, *rows: str) -> None:
    """The newest rows, each holding this text."""
    for number, text in enumerate(rows):
        expect(page.locator(".feed-row").nth(number)).to_contain_text(text)


def expect_sessions(page: Page, *session_ids: str) -> None:
    """Exactly these sessions are shown, in this order."""
    expect(page.locator(".session-who .path")).to_have_text(list(session_ids))


def open_menu(page: Page) -> Locator:
    """The menu, opened."""
    page.get_by_role("button", name="Menu", exact=True).click()
    return page.locator("#menu")


def choose_tab(page: Page, name: str) -> None:
    """Show people or feed, where they take turns."""
    page.locator(".tabs").get_by_role("button", name=name).click()


def show_minutes(page: Page) -> None:
    """Switch the chart to visitors per minute."""
    page.locator(".chart").get_by_role("button", name="Per minute").click()


LABELS = {"country": "Country", "page": "Has seen", "on": "On page", "source": "Source"}


def choose_filter(page: Page, field: str, value: str) -> None:
    """Type a value, and take the first one of that field."""
    page.get_by_role("button", name="+ Filter").click()
    page.fill("#filter-text", value)
    expect(page.locator("#filter-options")).to_have_attribute("aria-busy", "false")
    options = page.get_by_role("option").filter(has_text=LABELS[field])
    options.first.click()


def chip(page: Page, field: str) -> Locator:
    """The chip of a filter that is set."""
    return page.locator(".filter-chip", has_text=LABELS[field])


def expect_status(page: Page, state: str) -> None:
    expect(page.locator(f".status.{state}")).to_be_visible()
