"""The command palette."""

from nicegui import ui


class Palette(ui.element, component="palette.js"):
    """A dialog with the commands that the panels offer, and a search among them."""
