"""The output of an export."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ingest.archive.errors import ArchiveError
from state.journal.sqlite.files import MAGIC

STANDARD = "-"
"""The name of what the process was given: its input, its output."""


@contextmanager
def output_to(name: str) -> Iterator[BinaryIO]:
    """Open the output of an export. A file gets its name when it is complete; an older one stays
    until then.

    Raises:
        ArchiveError: it can't be written.
    """
    try:
        if name == STANDARD:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        elif (path := Path(name)).exists() and not path.is_file():
            with path.open("wb") as device:
                yield device
        else:
            yield from _replace(path.resolve())
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ArchiveError(f"--out: {name} can't be written: {error.strerror}") from None


def _replace(path: Path) -> Iterator[BinaryIO]:
    if path.exists():
        with path.open("rb") as old:
            if old.read(len(MAGIC)) == MAGIC:
                raise ArchiveError(f"--out: {path.name} is a database; name another file, or none")
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
