"""One sentence about a configuration, and how serious it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """``UNSAFE`` makes the command fail; the others only inform."""

    NOTE = "note"
    WARNING = "warning"
    UNSAFE = "unsafe"


class Topic(StrEnum):
    """The three headings of the report."""

    OPENS = "Opens"
    KEEPS = "Keeps"
    TRUSTS = "Trusts"


@dataclass(frozen=True, slots=True)
class Finding:
    """``setting`` is the field that the sentence is about, for tools and tests."""

    topic: Topic
    level: Level
    setting: str
    sentence: str


Findings = Iterator[Finding]
