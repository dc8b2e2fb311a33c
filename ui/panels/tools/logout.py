"""Out again, where a token was needed to come in."""

from nicegui import ui


class Logout(ui.element, component="logout.js"):
    """An ordinary form: the cookie is the browser's, and out of reach for scripts."""
