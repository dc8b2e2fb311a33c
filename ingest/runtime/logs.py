"""Logging: one handler for all loggers. A line has at most 1 kB and no control or bidi characters;
one place in the code logs at most one warning or error a minute."""

import logging
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from traceback import format_exception
from types import TracebackType
from typing import Any, TextIO

from msgspec.json import encode

LINE_BYTES = 1_000
TRACEBACK_HEAD, TRACEBACK_TAIL = 10, 40
REPEAT_S = 60.0
MOST_PLACES = 1_000
IS_RARE = {"is_rare": True}
"""``extra`` of a record whose author limits how often it is logged."""

OURS = "visitors"
MAIN = "visitors.main"
log = logging.getLogger(OURS)


def install(level: str = "info", format: str = "text") -> None:
    """Log to one handler: below warning to stdout, the rest to stderr, uncaught exceptions
    included. ``level`` is that of our loggers; libraries log warnings at least, all with ``debug``.
    ``format`` is ``text`` or ``json`` (one object a line). Handlers that libraries brought are
    removed, so call it after their imports."""
    handler = ByLevel()
    handler.setFormatter(Json() if format == "json" else Text())
    handler.addFilter(OnceAMinute())
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(library_level(level).upper())
    log.setLevel(level.upper())
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: log.critical(
        "A thread ended by an exception", exc_info=args.exc_value
    )


def library_level(level: str) -> str:
    """Returns the level of other loggers where ours have ``level``."""
    return "warning" if level == "info" else level


def write_out(*lines: str) -> None:
    """Write the output of a command to stdout."""
    _write(sys.stdout, lines)


def write_error(*lines: str) -> None:
    """Write why a command can't be done to stderr."""
    _write(sys.stderr, lines)


def line(text: str) -> str:
    """Returns the text as one line: what doesn't print is escaped, what is too long is cut."""
    text = text[:LINE_BYTES]
    if not text.isprintable():
        text = "".join(each if each.isprintable() else _escaped(each) for each in text)
    data = text.encode(errors="backslashreplace")
    if len(data) <= LINE_BYTES:
        return text
    return data[: LINE_BYTES - 4].decode(errors="ignore") + " …"


class ByLevel(logging.StreamHandler[TextIO]):
    """Writes to stdout what is no warning, and to stderr what is one or more."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout if record.levelno < logging.WARNING else sys.stderr
        super().emit(record)


class Text(logging.Formatter):
    """Level, logger and message in one line; the message alone for ``info`` and for what ``main``
    says of a start. A traceback follows, indented, cut in its middle."""

    def format(self, record: logging.LogRecord) -> str:
        left_out = getattr(record, "left_out", 0)
        more = f" ({left_out:,} more like it before)" if left_out else ""
        is_plain = record.levelno == logging.INFO or record.name == MAIN
        head = "" if is_plain else f"{record.levelname} {record.name}{more}: "
        lines = [line(f"{head}{record.getMessage()}")]
        if record.exc_info and record.exc_info[0] is not None:
            lines += [f"  {line(each)}" for each in _traceback(record.exc_info[1])]
        return "\n".join(lines)


class Json(logging.Formatter):
    """One JSON object a line: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, and
    where there is one ``leftOut`` (records of the same place that were not logged) and
    ``traceback`` (a list of lines)."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC)
        fields: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": line(record.getMessage()),
        }
        if left_out := getattr(record, "left_out", 0):
            fields["leftOut"] = left_out
        if record.exc_info and record.exc_info[0] is not None:
            fields["traceback"] = [line(each) for each in _traceback(record.exc_info[1])]
        return encode(fields).decode()


class OnceAMinute(logging.Filter):
    """Passes a warning or error unless one from the same place passed in the minute before. Records
    are from one place if the same line of code logged them about an exception of the same type and
    origin. ``left_out`` of the next one is how many were not logged."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._places: dict[object, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or getattr(record, "is_rare", False):
            return True
        place, now = _place(record), self._clock()
        closed_until, left_out = self._places.get(place, (now, 0))
        if now < closed_until:
            self._places[place] = (closed_until, left_out + 1)
            return False
        record.left_out = left_out
        if len(self._places) >= MOST_PLACES:
            self._places.clear()
        self._places[place] = (now + REPEAT_S, 0)
        return True


def _write(stream: TextIO, lines: tuple[str, ...]) -> None:
    stream.write("".join(f"{line(each)}\n" for each in lines))
    stream.flush()


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _traceback(error: BaseException | None) -> list[str]:
    lines = "".join(format_exception(error)).rstrip().split("\n")
    cut = len(lines) - TRACEBACK_HEAD - TRACEBACK_TAIL
    if cut <= 0:
        return lines
    return [*lines[:TRACEBACK_HEAD], f"… {cut:,} lines …", *lines[-TRACEBACK_TAIL:]]


def _place(record: logging.LogRecord) -> object:
    kind, error, _ = record.exc_info or (None, None, None)
    return record.pathname, record.lineno, kind, _origin(error)


def _origin(error: BaseException | None) -> Any:
    """Where it was raised."""
    trace: TracebackType | None = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace and (trace.tb_frame.f_code.co_filename, trace.tb_lineno)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("Ended by an exception", exc_info=(kind, error, trace))
