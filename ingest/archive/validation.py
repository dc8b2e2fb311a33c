"""Rows of archives to entries of a journal, by the rules of REST."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ingest.archive.row import NUMBERS, RESET
from ingest.pipeline.fields import FieldReader
from ingest.pipeline.rejection import FieldError, Refusal
from ingest.pipeline.schema import ParsedEvent, check, read_name
from ingest.pipeline.strict_json import Document, parse
from ingest.pipeline.timestamps import NO_MOMENT, epoch_seconds
from state.event import Event, Reset
from state.settings.site_names import ALLOWED, is_key


class Given(NamedTuple):
    """An entry. ``at`` is its receive time in epoch seconds, None if the row has none."""

    at: float | None
    entry: Event | Reset


class _AnySite:
    """Accepts every key: a journal knows no settings."""

    allowed = f"should be a key {ALLOWED}"

    def find(self, site: str | None, host: str = "") -> str | None:
        return site or "" if not site or is_key(site) else None


ANY_SITE = _AnySite()

RowErrors = Sequence[FieldError]
"""All that is wrong with a row; the field is empty for the row as a whole."""


def read_line(line: bytes) -> Given | RowErrors:
    """The entry of a line of NDJSON."""
    document = parse(line)
    if isinstance(document, Refusal):
        return [FieldError("", "should be a JSON object, in UTF-8")]
    return _read(document)


def read_cells(cells: Mapping[str, Any]) -> Given | RowErrors:
    """The entry of a row of text cells, without empty ones; metadata is JSON."""
    cells = {name: _number(name, cell) for name, cell in cells.items()}
    metadata = cells.get("metadata")
    if not isinstance(metadata, str):
        return _read(Document(cells))
    document = parse(metadata.encode())
    if isinstance(document, Refusal):
        return _read(Document(cells))
    return _read(Document({**cells, "metadata": document.value}, document.strict))


def _number(name: str, cell: Any) -> Any:
    """The number in a cell that holds one; any other cell as it is."""
    is_number = name in NUMBERS and isinstance(cell, str) and cell.isascii() and cell.isdigit()
    return int(cell) if is_number and len(cell) < 10 else cell


def _read(document: Document) -> Given | RowErrors:
    value, wrong = document.value, list[FieldError]()
    received = value.get("receivedAt") if isinstance(value, dict) else None
    at = epoch_seconds(received) if isinstance(received, str) else None
    if at is None and received is not None:
        wrong.append(FieldError("receivedAt", NO_MOMENT))
    entry = _entry(document)
    if isinstance(entry, Event | Reset):
        return wrong or Given(at, entry)
    return [*wrong, *entry]


def _entry(document: Document) -> Event | Reset | RowErrors:
    value = document.value
    if isinstance(value, dict) and value.get("type") == RESET:
        by = read_name(value)
        sites = FieldReader(value)
        site = sites.site(ANY_SITE.find, ANY_SITE.allowed)
        if isinstance(by, str) and not sites.wrong:
            return Reset(by, site)
        return [*([] if isinstance(by, str) else by), *sites.wrong]
    sent = check(document, sites=ANY_SITE)
    if isinstance(sent, ParsedEvent):
        return sent.event
    if not sent.fields:
        return [FieldError("", "should hold no NaN and no lone surrogates")]
    return [_with_reset(each) for each in sent.fields]


def _with_reset(error: FieldError) -> FieldError:
    """Add the type ``reset``, which archives have and REST has not."""
    if error.field != "type":
        return error
    return FieldError("type", f"{error.message}, {RESET}")
