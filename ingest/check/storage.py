"""Findings about storage: where events are stored, what they survive, for how long."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ingest.check.files import file_findings
from ingest.check.finding import Finding, Findings, Level, Topic
from state.journal.redis.url import is_redis, read_address
from state.settings.rules import is_loopback
from state.settings.settings import Settings

SQLITE = "sqlite:"
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/run")
SURVIVES = {
    "full": "an answered event survives kill -9 and a power cut, as far as the disk keeps its word",
    "fast": "an answered event survives kill -9; a power cut may take the newest ones",
}


def storage_findings(settings: Settings, arguments: Sequence[str] = ()) -> Findings:
    """``arguments`` are the flags of the process, which every user of the machine can list."""
    journal = settings.journal
    if is_redis(journal):
        yield from _redis(settings, arguments)
    elif journal.startswith(SQLITE):
        yield from _sqlite(settings, Path(journal.removeprefix(SQLITE)))
    else:
        yield from _memory(settings)


def _memory(settings: Settings) -> Findings:
    yield _keeps(
        Level.WARNING,
        "journal",
        "Keeps events in memory: nothing survives the end of the process. Name a file by "
        "--journal sqlite:PATH to keep them.",
    )
    for name in ("retention_days", "durability", "checkpoint_events"):
        if name in settings.model_fields_set and getattr(settings, name):
            yield _keeps(
                Level.WARNING, name, f"{name} has no effect on a journal that keeps nothing."
            )


def _sqlite(settings: Settings, path: Path) -> Findings:
    yield _keeps(
        Level.NOTE,
        "journal",
        f"Keeps events in the file {path}: {SURVIVES[settings.durability]}.",
    )
    if is_temporary(path):
        yield _keeps(
            Level.UNSAFE,
            "journal",
            f"{path} lies where the system deletes files by itself. Name a place that stays, like "
            "/var/lib/visitors/visitors.db.",
        )
    yield _retention(settings, "the file")
    yield from file_findings(path)


def _redis(settings: Settings, arguments: Sequence[str]) -> Findings:
    address = read_address(settings.journal)
    yield _keeps(
        Level.NOTE,
        "journal",
        f"Keeps events in the stream {address.stream!r} of Redis at {address.place}. What survives "
        "is that server's to say: appendonly yes with appendfsync always keeps all, everysec loses "
        "the last seconds in a power cut. maxmemory-policy has to be noeviction.",
    )
    yield _retention(settings, "the stream, which lies in memory,")
    parts = urlsplit(address.url)
    if not is_loopback(parts.hostname or "") and parts.scheme == "redis":
        yield _keeps(
            Level.WARNING,
            "journal",
            f"Events and password travel to {parts.hostname} in clear text: use rediss:// unless "
            "the network between is yours alone.",
        )
    if not is_loopback(parts.hostname or "") and not parts.password:
        yield _keeps(
            Level.WARNING,
            "journal",
            f"Redis at {address.place} needs no password: every client that reaches it may read, "
            "change and delete all events.",
        )
    if parts.password and any("--journal" in each for each in arguments):
        yield _keeps(
            Level.WARNING,
            "journal",
            "--journal stands with its password in the list of processes, which every user of "
            "this machine can read. Use the variable VISITORS_JOURNAL.",
        )


def _retention(settings: Settings, place: str) -> Finding:
    if days := settings.retention_days:
        sentence = f"Deletes what is older than {days:,} days once a checkpoint stands for it."
        return _keeps(Level.NOTE, "retention_days", sentence)
    return _keeps(
        Level.WARNING,
        "retention_days",
        f"Deletes nothing: {place} grows without end, and what visitors did is kept for ever. "
        "Set --retention-days.",
    )


def is_temporary(path: Path) -> bool:
    places = {path.absolute(), path.resolve()}
    return any(place.is_relative_to(each) for place in places for each in TEMPORARY)


def _keeps(level: Level, setting: str, sentence: str) -> Finding:
    return Finding(Topic.KEEPS, level, setting, sentence)
