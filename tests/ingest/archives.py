"""Journals that are exported and imported, and the commands that do it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from time import time
from typing import Any, NamedTuple

import pytest

from ingest.archive.command import run
from state.event import Entry
from state.journal.base import Record
from state.journal.factory import open_importer, open_reader
from state.settings.settings import Settings
from tests.support import BOUND_S, NOON, ROOT, event

FORMATS = ("ndjson", "csv", "parquet")
_names = count(1)


ROW: dict[str, Any] = {"type": "pageview", "page": "/", "sessionId": "ann"}


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Room:
    """A directory with journals and archives."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str] | None = None) -> None:
        self.directory = directory
        self._capsys = capsys

    def file(self, ending: str) -> Path:
        """A name that is free."""
        return self.directory / f"{next(_names)}.{ending}"

    def journal(self, records: Iterable[tuple[float, Sequence[Entry]]]) -> Path:
        path = self.file("db")
        with closing(open_importer(f"sqlite:{path}", epoch="e", clock=time)) as importer:
            importer.add([(at, tuple(what)) for at, what in records])
        return path

    def export(self, journal: Path, ending: str, *more: str) -> Path:
        """The archive of a journal."""
        file = self.file(ending)
        assert run(["export", "--journal", f"sqlite:{journal}", "--out", str(file), *more]) == 0
        return file

    def import_(self, file: Path) -> Path:
        """A new journal made of an archive that has nothing wrong."""
        journal = self.file("db")
        assert run(["import", str(file), "--journal", f"sqlite:{journal}"]) == 0
        return journal

    def there_and_back(self, journal: Path, ending: str) -> Path:
        return self.import_(self.export(journal, ending))

    def run(self, *arguments: str) -> Said:
        """What a command says, here in this process."""
        assert self._capsys is not None
        self._capsys.readouterr()
        try:
            code = run(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
        return Said(code, *self._capsys.readouterr())

    def take(self, text: str | bytes, ending: str = "ndjson", into: Path | None = None) -> Said:
        """What an import of a file with this content says."""
        file = self.file(ending)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.run("import", str(file), "--journal", f"sqlite:{into or self.file('db')}")


def undisturbed(
    directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Room:
    """A room where no setting of the machine shows through."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VISITORS_{name.upper()}", raising=False)
    return Room(directory, capsys)


def line(**fields: Any) -> str:
    """A pageview as NDJSON with these fields over it; None takes a field away."""
    row = {key: value for key, value in {**ROW, **fields}.items() if value is not None}
    return json.dumps(row) + "\n"


def received(second: float) -> str:
    """So many seconds after noon, as the wire has it."""
    return f"2025-07-20T12:00:{second:06.3f}Z"


def records_in(journal: Path) -> Iterator[Record]:
    with closing(open_reader(f"sqlite:{journal}")) as reader:
        after = reader.first - 1
        while records := reader.read(after):
            yield from records
            after = records[-1].seq


def entries_in(journal: Path) -> list[tuple[float, Entry]]:
    """All entries with their times, however they are put together in records."""
    return [(record.at, entry) for record in records_in(journal) for entry in record.what]


def minutely(number: int) -> list[tuple[float, list[Entry]]]:
    """So many events, from noon on, one a minute."""
    return [(NOON + 60 * minute, [event(page=f"/{minute}")]) for minute in range(number)]


def environment(more: dict[str, str] | None = None) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("VISITORS_")}
    return clean | (more or {})


def command(*arguments: str) -> list[str]:
    return [sys.executable, "main.py", *arguments]


@contextmanager
def started(*arguments: str, **more: Any) -> "Iterator[subprocess.Popen[str]]":
    """The command in a process that ends with the block, whatever it is waiting for."""
    with subprocess.Popen(
        command(*arguments), cwd=ROOT, env=environment(), text=True, **more
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ran(*arguments: str, **more: Any) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own."""
    return to_its_end(command(*arguments), **more)


def to_its_end(
    words: Sequence[str], bound_s: float = 3 * BOUND_S, **more: Any
) -> "subprocess.CompletedProcess[str]":
    """A process that no setting of the machine shows through to."""
    return subprocess.run(
        words,
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=bound_s,
        check=False,
        **more,
    )
