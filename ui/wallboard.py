"""The layout of the wallboard: the page for a screen that nobody touches."""

from collections.abc import Callable

from nicegui import ui

from ui.panel import section
from ui.panels.header.status import Status
from ui.panels.numbers.chart import Chart
from ui.panels.numbers.sentence import Sentence
from ui.panels.numbers.stat_tile import ACTIVE, StatTile
from ui.panels.wall.wall_bar import WallBar
from ui.panels.wall.wall_lists import WallLists
from ui.texts.text import mark
from ui.viewmodel.view import View
from ui.viewmodel.wallboard import Wall

HEAD = """<script>
document.documentElement.classList.add("wall");
document.documentElement.dataset.theme = "dark";
</script>"""
"""Before the first paint: a screen on a wall is dark, whatever its browser has chosen."""


def build_wallboard(
    view: View, wall: Wall, site: str, build_status: Callable[[], Status]
) -> Status:
    """Build the panels; ``site`` is empty while there is one. Returns the status."""
    with ui.element("header").classes("top-bar"):
        with ui.element("h1"):
            ui.label(f"Visitors · {site}" if site else "Visitors").classes("brand")
        WallBar(view)
        status = build_status()
    with section("hero", mark("Active now")):
        StatTile(view, ACTIVE, in_title=True, site=site)
        Chart(view, has_one_kind=True)
    Sentence(view, is_wall=True)
    WallLists(view, wall)
    return status
