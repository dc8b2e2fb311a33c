"""Device, browser and system of a visitor, or the name of a bot."""

from ingest.tracking.hit import Hit
from ingest.tracking.known.agents import OTHER, agent_of

NO_AGENT = "no User-Agent"
AUTOMATED = "automated browser"
PLATFORMS = {"Windows": "Windows", "macOS": "macOS", "Android": "Android", "Linux": "Linux"}


def find_agent(hit: Hit) -> None:
    """Note what the User-Agent says, and what client hints say better: a browser that hides its
    system in the one may tell it in the other."""
    headers = hit.caller.headers
    user_agent = headers.get("user-agent", "")
    if not user_agent:
        hit.bot = NO_AGENT
        return
    agent = agent_of(user_agent)
    hit.bot = AUTOMATED if hit.sent.automated and agent.bot is None else agent.bot
    platform = headers.get("sec-ch-ua-platform", "").strip('"')
    device, system = agent.device, PLATFORMS.get(platform, agent.system)
    if headers.get("sec-ch-ua-mobile") == "?1" and device in ("desktop", "other"):
        device = "mobile"
    hit.metadata |= {"device": device, "browser": agent.browser, "os": system or OTHER}
