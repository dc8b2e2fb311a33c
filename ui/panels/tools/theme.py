"""The icon of the page, and the switch between themes."""

from nicegui import ui

FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<rect x="1" y="9" width="3" height="6" rx="1" fill="#2f5fd0"/>'
    '<rect x="6.5" y="5" width="3" height="10" rx="1" fill="#2f5fd0"/>'
    '<rect x="12" y="1" width="3" height="14" rx="1" fill="#2f5fd0"/></svg>'
)


class ThemeSwitch(ui.element, component="theme.js"):
    """System, light or dark; stored by the browser."""
