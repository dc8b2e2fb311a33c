"""Which other users of the machine may read or change the files of a SQLite journal."""

import os
import stat
from pathlib import Path

from ingest.check.finding import Finding, Findings, Level, Topic

BESIDE = ("", "-wal", ".checkpoint")
"""Endings of the files that hold events."""


def file_findings(path: Path) -> Findings:
    """A file is open to others only if they may enter its directory. A directory that others may
    write to is open in any case: they can replace the file."""
    folder = path.absolute().parent
    try:
        passes = folder.stat().st_mode
    except OSError as error:
        yield _unsafe(f"The directory {folder} can't be used: {error.strerror}.")
        return
    if passes & stat.S_IWOTH:
        yield _unsafe(
            f"Every user of this machine may replace files in {folder}: {_repair(folder)}."
        )
    if not passes & stat.S_IXOTH:
        return
    for ending in BESIDE:
        yield from _openness(path.with_name(path.name + ending), folder)
    if not path.exists() and not _umask() & stat.S_IROTH:
        yield _unsafe(
            f"{path} will be readable by every user of this machine: {_repair(folder)}, or start "
            "the server with umask 077."
        )


def _openness(file: Path, folder: Path) -> Findings:
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        may = "change" if mode & stat.S_IWOTH else "read"
        yield _unsafe(f"Every user of this machine may {may} {file}: {_repair(folder)}.")


def _repair(folder: Path) -> str:
    return f"chmod 700 {folder}"


def _umask() -> int:
    """Returns the mask of this process; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unsafe(sentence: str) -> Finding:
    return Finding(Topic.KEEPS, Level.UNSAFE, "journal", sentence)
