"""Simulated visitors as their browsers tell of them, by the tracker's door."""

from random import Random

from ingest.simulate.visitor import Fields

SITE = "https://www.example.org"
ZONES = {
    **{"India": "Asia/Kolkata", "United States": "America/Chicago", "Germany": "Europe/Berlin"},
    **{"France": "Europe/Paris", "Brazil": "America/Sao_Paulo", "Japan": "Asia/Tokyo"},
    **{"Kenya": "Africa/Nairobi", "United Kingdom": "Europe/London"},
    **{"Canada": "America/Toronto", "Australia": "Australia/Sydney"},
}
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
_MOBILE = "Mobile/15E148 Safari/604.1"
AGENTS = {
    "desktop": (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/140.0.0.0 Safari/537.36",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    ),
    "mobile": (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {_SAFARI} {_MOBILE}",
        f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {_WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
    ),
    "tablet": (
        f"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) {_SAFARI} {_MOBILE}",
        f"Mozilla/5.0 (Linux; Android 15; SM-X700) {_WEBKIT} Chrome/140.0.0.0 Safari/537.36",
    ),
}
BOTS = ("Googlebot/2.1", "Mozilla/5.0 (compatible; bingbot/2.0)", "python-requests/2.32")
NEWSLETTER = "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn"

SAME = ("type", "sessionId", "eventId", "name", "tab", "engagedMs", "scroll")
"""Fields that both doors name alike."""


def tracked(event: Fields) -> tuple[Fields, str]:
    """The fields of a request of the tracker, and the User-Agent of its browser."""
    metadata = event["metadata"]
    source, dice = metadata.get("referrer", ""), Random(event["sessionId"])
    is_newsletter = source == "newsletter"
    sent = {
        **{name: event[name] for name in SAME if event.get(name) is not None},
        "url": SITE + event["page"] + (NEWSLETTER if is_newsletter else ""),
        "referrer": f"https://{source}/" if source and not is_newsletter else "",
        "timezone": ZONES[event["country"]],
        "element": metadata.get("element"),
    }
    agents = BOTS if event.get("is_bot") else AGENTS[metadata["device"]]
    return {name: value for name, value in sent.items() if value is not None}, dice.choice(agents)
