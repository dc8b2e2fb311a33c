"""Tabs of the panels that a screen has no room for at once."""

from nicegui import ui


class Tabs(ui.element, component="tabs.js"):
    """A bar at the bottom of a phone; the heads of a column that people and feed share; nothing
    where there is room for all. The browser knows the chosen tab."""
