"""Sends a notice through Apprise. No address is logged or shown: most hold a secret."""

import logging
import re
from threading import get_ident
from typing import Any

from apprise import Apprise, NotifyType

from ingest.notify.notice import Notice

_STATUS = re.compile(r"error=(\d{3})\b")
_log = logging.getLogger("apprise")


class CannotNotify(ValueError):
    """An address that Apprise can't use; the message doesn't show it."""


class AppriseSender:
    """One address. ``service`` is the name of its service, like "Telegram".

    Raises:
        CannotNotify: Apprise doesn't understand the address.
    """

    def __init__(self, url: str) -> None:
        _log.propagate = False  # it shows addresses
        plugin: Any = Apprise.instantiate(url, suppress_exceptions=True)
        if plugin is None:
            raise CannotNotify("should be addresses that Apprise knows, like json://host/path")
        self.service = str(plugin.service_name)
        self._plugin = plugin
        self._status = _StatusHandler()
        _log.addHandler(self._status)

    def send(self, notice: Notice) -> str | None:
        """Returns why it failed, or None. Waits for the service, at most a few seconds for each
        step (Apprise's ``cto`` and ``rto``)."""
        kind = NotifyType.WARNING if notice.is_warning else NotifyType.INFO
        self._status.begin()
        if self._plugin.notify(body=notice.text, title=notice.title, notify_type=kind):
            return None
        status = self._status.found
        return f"answered {status}" if status else "can't be reached, or refused the message"


class _StatusHandler(logging.Handler):
    """Keeps the HTTP status that Apprise complains about in one thread, and nothing else of it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: str | None = None
        self._thread = 0

    def begin(self) -> None:
        self.found, self._thread = None, get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        if found and get_ident() == self._thread:
            self.found = found[1]
