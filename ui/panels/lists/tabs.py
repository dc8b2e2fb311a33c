"""On a narrow screen the feed and the sessions take turns."""

from nicegui import ui


class Tabs(ui.element, component="tabs.js"):
    """Shown on narrow screens alone; which panel is in front is the browser's business."""
