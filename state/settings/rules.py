"""Checks of the values of settings, and sentences about wrong ones. Each check raises
``ValueError`` with what is allowed."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from state.event import LONGEST_PAGE
from state.journal.redis.url import ALLOWED, is_redis, read_address

NO_ORIGIN = "null"
"""The origin that browsers send for pages from files and for sandboxed frames."""

_SUBPROTOCOL = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]*")
_VISIBLE = re.compile(r"[\x21-\x7e]*")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
SHORTEST_TOKEN = 16
_SECRET = re.compile("//[^/@]*@")
NEAR = 0.7
COMMANDS = ("export", "import", "check", "checkpoint")
MOST_STEPS = 12
MOST_GOALS = 20
LONGEST_GOAL = 64
_PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,8}")
TRACKING_PATHS = ("/tracker.js", "/api/track")
OUR_PATHS = (
    *("/dashboard.html", "/favicon.ico", "/healthz", "/login", "/logout", "/metrics", "/ws"),
    "/count",
)
OUR_FOLDERS = ("/_nicegui", "/api/", "/assets", "/docs", "/example", "/openapi.json")
SECRETS = ("token", "ingest_key", "notify")


def split_list(value: object) -> object:
    """The items of a text with commas; anything else as it is."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def check_ascending(numbers: tuple[int, ...]) -> None:
    if list(numbers) != sorted(set(numbers)) or any(number < 1 for number in numbers):
        raise ValueError("should be whole numbers from 1 on, ascending, separated by commas")


def check_zone(name: str) -> None:
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("should be a name like Europe/Berlin, or empty") from error


def check_origins(origins: tuple[str, ...]) -> None:
    for origin in origins:
        if origin == NO_ORIGIN:
            continue
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(
                "should be origins like https://example.org, or null for file:// pages, by commas"
            )


def check_token(token: str) -> None:
    """It has to fit into the subprotocol ``bearer.TOKEN`` (RFC 9110, 5.6.2)."""
    if token and (len(token) < SHORTEST_TOKEN or not _SUBPROTOCOL.fullmatch(token)):
        raise ValueError(
            f"should have at least {SHORTEST_TOKEN} characters, each a letter, a digit or one of "
            "!#$%&'*+-.^_`|~ (openssl rand -hex 24 makes one)"
        )


def check_key(key: str) -> None:
    if not _VISIBLE.fullmatch(key):
        raise ValueError("should hold visible ASCII characters only, as a header can carry them")


def check_networks(networks: tuple[str, ...]) -> None:
    for network in networks:
        try:
            ip_network(network, strict=False)
        except ValueError as error:
            raise ValueError("should be addresses or networks like 10.0.0.0/8") from error


def check_journal(name: str) -> None:
    if is_redis(name):
        read_address(name)
        return
    kind, _, path = name.partition(":")
    if name != "memory:" and not (kind == "sqlite" and path.strip()):
        raise ValueError(f"should be memory:, sqlite:PATH or {ALLOWED}")


def check_notify(addresses: tuple[str, ...]) -> None:
    """What each service needs is known to Apprise alone, which the start asks."""
    if not all(_ADDRESS.fullmatch(address) for address in addresses):
        raise ValueError("should be addresses that Apprise knows, like json://host/path, by comma")


def check_goals(goals: tuple[str, ...]) -> None:
    names_fit = all(goal.startswith("/") or len(goal) <= LONGEST_GOAL for goal in goals)
    if not names_fit or any(not goal or len(goal) > LONGEST_PAGE for goal in goals):
        raise ValueError(
            f"should be names of at most {LONGEST_GOAL} characters, or pages like /a/*"
        )
    if len(goals) > MOST_GOALS or len(set(goals)) < len(goals):
        raise ValueError(f"should be at most {MOST_GOALS} different goals")


def check_honour(signals: tuple[str, ...]) -> None:
    if not set(signals) <= {"gpc", "dnt"}:
        raise ValueError("should be gpc, dnt, both by comma, or empty")


def check_path(path: str) -> None:
    """A path that a proxy or a browser changes nothing about, and that nothing else is at."""
    is_ours = path.startswith(OUR_FOLDERS) and path not in TRACKING_PATHS
    if not _PATH.fullmatch(path) or is_ours or path in OUR_PATHS:
        raise ValueError("should be a path like /stats.js that nothing else is at")


def check_funnel(steps: tuple[str, ...]) -> None:
    """Whether its goals are goals is known with all settings alone."""
    if not all(1 <= len(step) <= LONGEST_PAGE for step in steps):
        raise ValueError("should be pages and goals, like /,/pricing,goal:signup")
    if (steps and not 2 <= len(steps) <= MOST_STEPS) or len(set(steps)) < len(steps):
        raise ValueError(f"should be 2 to {MOST_STEPS} different pages or goals")


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def words(fields: Iterable[str]) -> list[str]:
    """All words of a command line that are no values."""
    names = [name.replace("_", "-") for name in fields]
    return [*COMMANDS, "--help", *(f"--{each}" for each in names), *(f"--no-{n}" for n in names)]


def parser_sentence(message: str, known: Iterable[str]) -> str:
    """An error of argparse as a sentence, with the nearest ``known`` argument. Values are not
    shown: they may be secrets."""
    _, unknown, rest = message.partition("unrecognized arguments: ")
    if unknown:
        name = rest.split(" ")[0].partition("=")[0]
        nearest = get_close_matches(name, list(known), 1, NEAR)
        return f"{name}: unknown" + (f"; did you mean {nearest[0]}?" if nearest else "")
    name, _, why = (
        message.removeprefix("error parsing CLI: ").removeprefix("argument ").partition(": ")
    )
    return f"{name}: {why}"


def error_sentence(name: str, value: object, allowed: str) -> str:
    """A sentence about a wrong value; passwords in addresses are not shown."""
    shown = "this secret" if name in SECRETS else _SECRET.sub("//…@", repr(value))
    return f"{name}: {shown} can't be used: {allowed} (--{name.replace('_', '-')})"
