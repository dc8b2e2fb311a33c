"""The menu of what is seldom needed."""

from nicegui import ui


class Menu(ui.element, component="menu.js"):
    """A popover around the elements that are created inside."""
