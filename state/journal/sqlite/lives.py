"""The lives of a database: each opening for writing begins one, with a random name.

Messages to viewers carry the name with their ``seq``. An older copy of the file lacks the lives and
records that were added later. So a name and a seq tell whether the records that a viewer saw are in
this file: the life is in its list, and ended after that seq."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_LIVES = 100
"""Lives that are stored, 4 kB. A viewer of an older one gets a snapshot."""


class Life(NamedTuple):
    """A life. ``first`` is the seq of its first record, or the next seq where it has none."""

    name: str
    first: int


def life_name(random_text: str) -> str:
    """Returns the name of a new life: 48 random bits, cut from a random text."""
    return random_text[:12]


def parse_lives(meta: Mapping[str, Any]) -> list[Life]:
    """Returns the stored lives, oldest first; none in a database of an older version.

    Raises:
        ValueError: they can't be parsed.
    """
    try:
        return [Life(str(name), int(first)) for name, first in json.loads(meta.get("lives", "[]"))]
    except TypeError as error:
        raise ValueError(str(error)) from None


def dump_lives(lives: list[Life]) -> str:
    """Returns the newest lives as JSON, as ``meta`` stores them."""
    return json.dumps(lives[-MOST_LIVES:])


def ended_lives(lives: list[Life], newest: int) -> dict[int, list[str]]:
    """Returns the names of the ended lives by their last seq; the latest ends at ``newest``."""
    ended: dict[int, list[str]] = {}
    following = [*(life.first for life in lives), newest + 1][1:]
    for life, first_after in zip(lives, following, strict=True):
        ended.setdefault(first_after - 1, []).append(life.name)
    return ended
