"""Filters by country and page. They live in the URL, so a reload or a link keeps them."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from state.event import LONGEST_COUNTRY, LONGEST_PAGE
from state.filtering.filter import Filter
from ui.panel import ViewPanel
from ui.viewmodel import View


class Filters(ViewPanel, component="filters.js"):
    """``changed`` gets the new filter, and which field of it somebody has set."""

    def __init__(self, view: View, changed: Callable[[Filter, str], None]) -> None:
        super().__init__(view, _content)

        def change(event: GenericEventArguments) -> None:
            match event.args:
                case {"country": str(country), "page": str(page), "field": "country" | "page" as f}:
                    changed(filter_of(country, page), f)

        self.on("change", change)


def filter_of(country: str, page: str) -> Filter:
    """The filter of two texts, as the page or its URL has them; empty means everything."""
    return Filter(country[:LONGEST_COUNTRY] or None, page[:LONGEST_PAGE] or None)


def _content(view: View) -> dict[str, object]:
    return {
        "country": view.filter.country or "",
        "page": view.filter.page or "",
        "countries": view.known_countries,
        "pages": view.known_pages,
    }
