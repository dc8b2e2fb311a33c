"""Alerts: as toasts when they happen, and in a list for later."""

from ui.panel import Panel
from ui.viewmodel import View


class Alerts(Panel, component="alerts.js"):
    def __init__(self, view: View) -> None:
        super().__init__(view.alerts)

    def update_view(self, view: View) -> None:
        self.show(view.alerts)
