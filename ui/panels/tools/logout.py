"""The logout button, for pages that needed a token."""

from nicegui import ui


class LogoutButton(ui.element, component="logout.js"):
    """A plain form: scripts can't delete the HttpOnly cookie."""
