"""Tabs: a narrow screen shows either the feed or the sessions."""

from nicegui import ui


class Tabs(ui.element, component="tabs.js"):
    """Visible on narrow screens only; the browser knows the selected tab."""
