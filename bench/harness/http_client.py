"""Post single events over HTTP."""

import httpx


async def post_event(http: httpx.AsyncClient, event_id: str, number: int) -> None:
    """Post a pageview of one of 200 visitors on one of 50 pages; ``number`` chooses both.

    Raises:
        httpx.HTTPStatusError: it was rejected.
    """
    event = {
        "type": "pageview",
        "page": f"/page/{number % 50}",
        "sessionId": f"visitor-{number % 200}",
        "country": ("India", "USA", "Germany")[number % 3],
        "metadata": {"device": "desktop", "referrer": "google.com"},
        "eventId": event_id,
    }
    (await http.post("/api/events", json=event)).raise_for_status()
