"""docs/deploy/Dockerfile as a list of instructions, and the part of .dockerignore that we use."""

import json
import re
import shlex
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from tests.deploy.fronts import DEPLOY
from tests.support import ROOT

DOCKERFILE = DEPLOY / "Dockerfile"


class Instruction(NamedTuple):
    name: str
    words: str


def instructions() -> list[Instruction]:
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [Instruction(*line.split(maxsplit=1)) for line in lines if line.strip()]


def all_of(name: str) -> list[str]:
    return [each.words for each in instructions() if each.name == name]


def environment() -> dict[str, str]:
    return dict(word.split("=", 1) for words in all_of("ENV") for word in shlex.split(words))


def command_of(name: str) -> list[str]:
    """The words of an instruction in JSON, also behind the options of HEALTHCHECK."""
    [words] = all_of(name)
    found = json.loads(words[words.index("[") :])
    assert all(isinstance(word, str) for word in found)
    return found


def copies() -> Iterator[tuple[str, Path]]:
    """Each source of a COPY in the order of the file, and where it goes."""
    folder = Path("/")
    for name, words in instructions():
        if name == "WORKDIR":
            folder = Path(words)
        elif name == "COPY":
            *sources, to = words.split()
            for source in sources:
                place = folder / to
                yield source, place / source if to.endswith("/") else place


def comes_in(name: str) -> bool:
    """Whether .dockerignore lets a file or folder at the top of the project in; the last line
    that fits decides."""
    allowed = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and fnmatch(name, pattern):
            allowed = line.startswith("!")
    return allowed
