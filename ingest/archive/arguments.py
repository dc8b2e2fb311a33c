"""The command lines of ``export`` and ``import``."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any, NoReturn

from ingest.archive.formats.registry import FORMATS
from ingest.runtime.logs import write_error
from state.settings.rules import parser_sentence

_EXPORT = """
Write the events of a journal as flat rows, one an event, oldest first. A server may have the
journal and go on meanwhile; what it writes after the start isn't part of the export.
"""
_EXPORT_MORE = """
examples:
  main.py export --journal sqlite:visitors.db --format ndjson | head -3
  main.py export --journal sqlite:visitors.db --from 2026-11-01 --to 2026-12-01 --out november.csv
  main.py export --journal sqlite:visitors.db --out visitors.parquet

exit code: 0, or 2 where something can't be used
"""
_IMPORT = """
Put the rows of a file behind what a journal holds. They are checked like what comes by REST, and
have to come in the order of their receivedAt; a row without one is received now. No server may have
the journal meanwhile.
"""
_IMPORT_MORE = """
examples:
  main.py import visitors.parquet --journal sqlite:new.db
  zcat visitors.ndjson.gz | main.py import - --format ndjson --journal sqlite:new.db

exit code: 0, or 1 where rows were refused (the others are imported), or 2 where something can't be
used
"""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        words = [word for action in self._actions for word in action.option_strings]
        write_error(f"{parser_sentence(message, words)} ({self.prog} --help)")
        self.exit(2)


def export_parser() -> ArgumentParser:
    """``--help`` and what can't be understood exit."""
    parser = _parser("export", _EXPORT, _EXPORT_MORE)
    add = parser.add_argument
    add("--from", dest="begin", metavar="TIME", help="from then on: an ISO 8601 date or time")
    add("--to", dest="end", metavar="TIME", help="up to and without that date or time")
    add("--site", metavar="KEY", help="only the events of that site; unless named, of all")
    add("--out", default="-", metavar="FILE", help="where to; - is the standard output (default)")
    _add_format(parser, "unless named, by the ending of --out")
    add(
        "--timezone",
        metavar="ZONE",
        help="of a --from or --to that names none, like Europe/Berlin; unless named, that of"
        " VISITORS_TIMEZONE, or the machine's",
    )
    return parser


def import_parser() -> ArgumentParser:
    """``--help`` and what can't be understood exit."""
    parser = _parser("import", _IMPORT, _IMPORT_MORE)
    parser.add_argument("file", metavar="FILE", help="where from; - is the standard input")
    _add_format(parser, "unless named, by the ending of FILE")
    return parser


def _parser(command: str, description: str, epilog: str) -> ArgumentParser:
    more: dict[str, Any] = {"formatter_class": RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = _Parser(
        prog=f"main.py {command}", description=description.strip(), epilog=epilog.strip(), **more
    )
    parser.add_argument(
        "--journal",
        metavar="sqlite:PATH",
        help="the journal; unless named, that of VISITORS_JOURNAL",
    )
    return parser


def _add_format(parser: ArgumentParser, otherwise: str) -> None:
    parser.add_argument(
        "--format", choices=FORMATS, metavar="FORMAT", help=f"{', '.join(FORMATS)}; {otherwise}"
    )
