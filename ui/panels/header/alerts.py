"""Alerts: as toasts when they happen, and in a list for later."""

from operator import attrgetter

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.view import View

PART = Part("alerts", attrgetter("alerts"))


class Alerts(ViewPanel, component="alerts.js"):
    def __init__(self, view: View) -> None:
        super().__init__(view, PART)
