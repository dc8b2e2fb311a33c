"""The sheet of all keys."""

from nicegui import ui


class KeySheet(ui.element, component="key_sheet.js"):
    """A dialog. The keys stand in ``ui/assets/keys.js``."""
