"""What a User-Agent says: browser, system, kind of device, or that it is a bot's."""

from functools import lru_cache
from typing import NamedTuple

from ua_parser import parse

from ingest.tracking.known.bots import bot_in

AGENTS = 4_096
LONGEST_AGENT = 512
"""Characters that are looked at: a longer one is no browser's."""

OTHER = "Other"
PHONES = ("iOS", "Windows Phone", "KaiOS", "BlackBerry OS")
TABLETS = ("iPad", "Kindle", "Tablet", "tablet", "Playbook")
TELEVISIONS = (
    "TV",
    "Tizen",
    "webOS",
    "Roku",
    "tvOS",
    "Web0S",
    "AFT",
    "CrKey",
    "PlayStation",
    "Xbox",
)
DESKTOPS = ("Windows", "Mac OS X", "Linux", "Ubuntu", "Chrome OS", "Fedora", "FreeBSD", "OpenBSD")
NAMES = {"Mac OS X": "macOS", "Edge Mobile": "Edge", "Mobile Safari UI/WKWebView": "Safari"}


class Agent(NamedTuple):
    """``bot`` is its name, None for a person's browser."""

    browser: str
    system: str
    device: str
    bot: str | None


def agent_of(user_agent: str) -> Agent:
    """What is known of a User-Agent. Each is parsed once, as long as there is room for it."""
    return _parse(user_agent[:LONGEST_AGENT])


@lru_cache(AGENTS)
def _parse(text: str) -> Agent:
    bot = bot_in(text)
    if bot is not None:
        return Agent(OTHER, OTHER, "other", bot)
    found = parse(text)
    browser = found.user_agent.family if found.user_agent else OTHER
    system = found.os.family if found.os else OTHER
    family = found.device.family if found.device else ""
    return Agent(_named(browser), _named(system), _device(text, system, family), None)


def _named(name: str) -> str:
    """Chrome Mobile and Mobile Safari are Chrome and Safari: the device says the rest."""
    known = NAMES.get(name, name)
    return (
        known.removesuffix(" iOS")
        .replace("Mobile ", "")
        .replace(" Mobile", "")
        .replace(" WebView", "")
    )


def _device(text: str, system: str, family: str) -> str:
    if any(word in text for word in TELEVISIONS):
        return "tv"
    if any(word in text for word in TABLETS):
        return "tablet"
    if system == "Android":
        return "mobile" if "Mobile" in text else "tablet"
    if system in PHONES or "Mobile" in text or "iPhone" in family:
        return "mobile"
    return "desktop" if system in DESKTOPS else "other"
