"""Findings about reading, writing, resetting, and the quality of the secrets."""

from collections.abc import Sequence

from ingest.check.exposure import is_reachable
from ingest.check.finding import Finding, Findings, Level, Topic
from state.settings.rules import SHORTEST_TOKEN
from state.settings.settings import Settings

LEAST_DISTINCT = 8
SECRETS = ("token", "ingest_key")


def access_findings(settings: Settings, arguments: Sequence[str] = ()) -> Findings:
    """``arguments`` are the flags of the process, which every user of the machine can list."""
    yield _reading(settings)
    yield _resetting(settings)
    yield _writing(settings)
    yield from _quality(settings)
    for name in SECRETS:
        flag = f"--{name.replace('_', '-')}"
        if any(each == flag or each.startswith(f"{flag}=") for each in arguments):
            yield Finding(
                Topic.OPENS,
                Level.WARNING,
                name,
                f"{flag} stands in the list of processes, which every user of this machine can "
                f"read. Use the variable VISITORS_{name.upper()}, or a file of that name in "
                "$CREDENTIALS_DIRECTORY.",
            )


def _reading(settings: Settings) -> Finding:
    if settings.token:
        return _opens(
            Level.NOTE,
            "token",
            "Reading (page, REST, /ws, /metrics) needs the token, or the login cookie that the "
            "page gives for it. /healthz needs none.",
        )
    if not is_reachable(settings):
        return _opens(
            Level.NOTE, "token", "Reading needs no token: every process on this machine may."
        )
    if settings.open:
        return _opens(
            Level.WARNING,
            "open",
            "--open: every client that reaches the server, or its proxy, may read all "
            "numbers, sessions and journeys without a token.",
        )
    if settings.on_loopback:
        return _opens(
            Level.UNSAFE,
            "token",
            "A proxy is trusted and no token is set: every client of the proxy may read. "
            "Set a token, or --open if that is meant.",
        )
    return _opens(
        Level.UNSAFE,
        "token",
        f"{settings.host} can be reached by others and no token is set: the server refuses to "
        "start so. Set a token, or --open to allow reading without one.",
    )


def _resetting(settings: Settings) -> Finding:
    if settings.token:
        return _opens(Level.NOTE, "token", "A reset of all numbers needs the token or the login.")
    if not is_reachable(settings):
        return _opens(
            Level.NOTE, "token", "A reset of all numbers is open to every process on this machine."
        )
    if not settings.open_reset:
        return _opens(Level.NOTE, "open_reset", "A reset of all numbers is refused to all clients.")
    return _opens(
        Level.UNSAFE,
        "open_reset",
        "--open-reset: every client may reset all numbers without a secret. Set a token.",
    )


def _writing(settings: Settings) -> Finding:
    """Without a key it is a warning: a website's visitors send their events themselves, so a key
    in its pages is public, and many run without one on purpose."""
    if settings.ingest_key:
        return _opens(
            Level.NOTE,
            "ingest_key",
            "Writing events needs the ingest key or the token. A key that stands in a web page is "
            "public.",
        )
    if not is_reachable(settings):
        return _opens(
            Level.NOTE, "ingest_key", "Writing events is open to every process on this machine."
        )
    return _opens(
        Level.WARNING,
        "ingest_key",
        "Writing events needs no key: every client can invent visitors, within the rate limits. "
        " Set an ingest_key if a server of yours sends the events.",
    )


def _quality(settings: Settings) -> Findings:
    if settings.token and len(set(settings.token)) < LEAST_DISTINCT:
        yield _opens(
            Level.WARNING,
            "token",
            "The token repeats a few characters: use a random one, like `openssl rand -hex 32`.",
        )
    if settings.token and settings.token == settings.ingest_key:
        yield _opens(
            Level.UNSAFE,
            "ingest_key",
            "The ingest key is the token: every sender of events may read and reset as well. "
            "Give each a secret of its own.",
        )
    elif settings.ingest_key and len(settings.ingest_key) < SHORTEST_TOKEN:
        yield _opens(
            Level.WARNING,
            "ingest_key",
            f"The ingest key has {len(settings.ingest_key)} characters and can be guessed: use at "
            f"least {SHORTEST_TOKEN}.",
        )


def _opens(level: Level, setting: str, sentence: str) -> Finding:
    return Finding(Topic.OPENS, level, setting, sentence)
