"""What goes to the console: lines of at most 1 kB without control and bidi characters, and at most
one a minute for each place in the code that complains, whoever's logger it is."""

import logging
import sys
import threading
from collections.abc import Callable
from time import monotonic
from traceback import format_exception
from types import TracebackType
from typing import Any, TextIO

LINE_BYTES = 1_000
TRACEBACK_HEAD, TRACEBACK_TAIL = 10, 40
REPEAT_S = 60.0
MOST_PLACES = 1_000
IS_RARE = {"is_rare": True}
"""``extra`` of a record whose author sees to it that it comes rarely."""

log = logging.getLogger("visitors")


def install() -> None:
    """Have every logger there is write to stderr by one handler, and uncaught exceptions, too.
    Libraries that brought handlers of their own lose them, so it comes after their imports."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Console())
    handler.addFilter(OnceAMinute())
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: log.critical(
        "A thread ended by an exception", exc_info=args.exc_value
    )


def say(*lines: str) -> None:
    """Write lines for the person at the console to stdout."""
    _write(sys.stdout, lines)


def complain(*lines: str) -> None:
    """Write lines that tell why something can't be done to stderr."""
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


class Console(logging.Formatter):
    """Level, logger and message in one line; a traceback follows, indented, cut in its middle."""

    def format(self, record: logging.LogRecord) -> str:
        left_out = getattr(record, "left_out", 0)
        more = f" ({left_out:,} more like it before)" if left_out else ""
        lines = [line(f"{record.levelname} {record.name}{more}: {record.getMessage()}")]
        if record.exc_info and record.exc_info[0] is not None:
            lines += [f"  {line(each)}" for each in _traceback(record.exc_info[1])]
        return "\n".join(lines)


class OnceAMinute(logging.Filter):
    """Lets a record pass unless one from the same place did in the minute before. Records count as
    of one place if they come from the same line of code about an exception of the same type and
    origin. How many were left out stands in the next one as ``left_out``."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._places: dict[object, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "is_rare", False):
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
