"""systemd's units of docs/deploy: what stands in them, and what their filters of calls allow."""

import subprocess
from functools import cache
from typing import NamedTuple

from tests.deploy.fronts import DEPLOY

SECTION = "Service"


class Unit(NamedTuple):
    """The section [Service] as it is written: an option may come several times."""

    name: str
    options: tuple[tuple[str, str], ...]

    def all(self, option: str) -> list[str]:
        return [value for name, value in self.options if name == option]

    def the(self, option: str) -> str:
        """The last one holds."""
        return self.all(option)[-1]

    @property
    def variables(self) -> dict[str, str]:
        words = " ".join(self.all("Environment")).split()
        return dict(word.split("=", 1) for word in words)

    @property
    def credentials(self) -> list[str]:
        return [each.partition(":")[0] for each in self.all("LoadCredential")]

    @property
    def calls(self) -> set[str]:
        """The system calls that are allowed."""
        allowed: set[str] = set()
        for words in self.all("SystemCallFilter"):
            named = set().union(*(calls_of(word) for word in words.lstrip("~").split()))
            allowed = allowed - named if words.startswith("~") else allowed | named
        return allowed


def unit(name: str) -> Unit:
    options: list[tuple[str, str]] = []
    section = ""
    for line in (DEPLOY / name).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#") and section == SECTION:
            option, _, value = line.partition("=")
            options.append((option, value))
    return Unit(name, tuple(options))


@cache
def calls_of(word: str) -> frozenset[str]:
    """What systemd means by the name of a set of calls, like @system-service."""
    if not word.startswith("@"):
        return frozenset({word})
    listed = subprocess.run(
        ["systemd-analyze", "--no-pager", "syscall-filter", word],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    inner = [line.strip() for line in listed[1:] if line.strip() and line.strip()[0] != "#"]
    return frozenset().union(*(calls_of(each) for each in inner))
