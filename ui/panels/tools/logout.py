"""The logout button, for pages that needed a token."""

from nicegui import ui


class Logout(ui.element, component="logout.js"):
    """A plain form: scripts can't delete the HttpOnly cookie."""
