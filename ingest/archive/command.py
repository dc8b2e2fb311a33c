"""``main.py export`` and ``main.py import``: arguments, reports, exit codes."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from uuid import uuid4

from ingest.archive.arguments import export_parser, import_parser
from ingest.archive.errors import ArchiveError
from ingest.archive.export import Exported, export
from ingest.archive.formats.registry import RowSource, format_of, source_of, writer_of
from ingest.archive.importing import RowImport
from ingest.archive.output import STANDARD, output_to
from ingest.archive.time_range import SeqRange, seq_range_of, time_range_of
from ingest.clock import SteadyClock
from ingest.runtime.logs import write_error
from ingest.runtime.progress import Bar
from state.journal.base import JournalError
from state.journal.factory import open_importer, open_reader
from state.settings.settings import Settings, SettingsError, read

FINE, SOME_REFUSED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
ROWS_BETWEEN_LOOKS = 1_000


def run(arguments: Sequence[str]) -> int:
    """The first argument names the command, the others are its own. Returns the exit code."""
    command = {"export": _export, "import": _import}[arguments[0]]
    try:
        return command(arguments[1:])
    except (ArchiveError, SettingsError, JournalError) as error:
        _say(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED


def _export(arguments: Sequence[str]) -> int:
    asked = export_parser().parse_args(arguments)
    settings = _settings(asked)
    chosen = format_of(asked.format, asked.out, "--out")
    span = time_range_of(asked.begin, asked.end, settings.zone)
    try:
        with (
            closing(open_reader(settings.journal)) as reader,
            output_to(asked.out) as file,
            closing(writer_of(chosen, file)) as writer,
        ):
            places = seq_range_of(span, reader)
            with closing(_export_bar(places, asked.out)) as bar:
                exported = export(reader, places, writer, bar.reach, asked.site)
    except BrokenPipeError:  # the reader of the pipe has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    _report_export(exported)
    return FINE


def _export_bar(places: SeqRange, out: str) -> Bar:
    """No bar among the rows on a terminal."""
    is_hidden = out == STANDARD and sys.stdout.isatty()
    return Bar("export", places.last - places.after, " records", is_hidden=is_hidden)


def _import(arguments: Sequence[str]) -> int:
    asked = import_parser().parse_args(arguments)
    settings, clock = _settings(asked), SteadyClock().now
    chosen = format_of(asked.format, asked.file, "FILE")
    with (
        source_of(chosen, asked.file) as source,
        closing(open_importer(settings.journal, epoch=uuid4().hex, clock=clock)) as importer,
    ):
        rows = RowImport(importer, source.unit, clock)
        try:
            _add_all(source, rows)
        except BaseException:
            if rows.events or rows.resets:
                _report_import(rows)
            raise
    _report_import(rows)
    return SOME_REFUSED if rows.refused else FINE


def _add_all(source: RowSource, rows: RowImport) -> None:
    done = source.done
    with closing(Bar("import", source.size, "B" if done else f" {source.unit}s")) as bar:
        for count, (number, given) in enumerate(source.rows, 1):
            rows.add(number, given)
            if count % ROWS_BETWEEN_LOOKS == 0:
                bar.reach(done() if done else count)
        rows.flush()


def _settings(asked: Namespace) -> Settings:
    """The settings that a server would have: by flag, or environment."""
    named = {name: getattr(asked, name, None) for name in ("journal", "timezone")}
    return read([f"--{name}={value}" for name, value in named.items() if value is not None])


def _report_export(exported: Exported) -> None:
    _say(f"Exported {_number(exported.events, 'event')} and {_number(exported.resets, 'reset')}.")
    if exported.rounded:
        rows = _number(exported.rounded, "row")
        _say(f"In {rows} a time was rounded to what can be written: whole milliseconds, year 9999.")


def _report_import(rows: RowImport) -> None:
    for complaint in rows.complaints:
        _say(complaint)
    if (more := rows.refused - len(rows.complaints)) > 0:
        _say(f"and {more:,} more")
    kept = f"{_number(rows.events, 'event')} and {_number(rows.resets, 'reset')}"
    refused = f"; refused {_number(rows.refused, rows.unit)}" if rows.refused else ""
    _say(f"Imported {kept}{refused}.")


def _number(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    write_error(*text.split("\n"))
