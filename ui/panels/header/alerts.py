"""Alerts: as toasts when they happen, and in a list for later."""

from operator import attrgetter

from ui.panel import ViewPanel
from ui.viewmodel import View

_CONTENT = attrgetter("alerts")


class Alerts(ViewPanel, component="alerts.js"):
    def __init__(self, view: View) -> None:
        super().__init__(view, _CONTENT)
