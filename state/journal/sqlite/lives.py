"""The lives of a database: each opening that may write begins one, under a random name.

Viewers are told the name with every ``seq``. An older copy of the file lacks the lives and records
that came after it, so a name and a seq tell whether what a viewer saw is in this file: the life is
one of these, and ended behind what was seen."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

MOST = 100
"""So many are remembered, 4 kB. A viewer of an older one gets a snapshot."""


class Life(NamedTuple):
    """``first`` is the seq of its first record, or where that would be."""

    name: str
    first: int


def name_of(fresh: str) -> str:
    """Returns the name of a new life, 48 random bits of a random text."""
    return fresh[:12]


def lives_of(meta: Mapping[str, Any]) -> list[Life]:
    """Returns the lives up to now, oldest first; none in a database of an older version.

    Raises:
        ValueError: they can't be read.
    """
    try:
        return [Life(str(name), int(first)) for name, first in json.loads(meta.get("lives", "[]"))]
    except TypeError as error:
        raise ValueError(str(error)) from None


def dumped(lives: list[Life]) -> str:
    """Returns the newest ones as they are kept in ``meta``."""
    return json.dumps(lives[-MOST:])


def ends(lives: list[Life], newest: int) -> dict[int, list[str]]:
    """Returns the names of the lives that ended with each record; the latest with ``newest``."""
    ended: dict[int, list[str]] = {}
    following = [*(life.first for life in lives), newest + 1][1:]
    for life, first_after in zip(lives, following, strict=True):
        ended.setdefault(first_after - 1, []).append(life.name)
    return ended
