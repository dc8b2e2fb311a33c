"""Filters by country and page. They are in the URL, so that a reload or a link has them."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from state.event import LONGEST_COUNTRY, LONGEST_PAGE
from state.filtering.filter import Filter
from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.view import View


class Filters(ViewPanel, component="filters.js"):
    """``changed`` is called with the new filter and its changed field."""

    def __init__(self, view: View, changed: Callable[[Filter, str], None]) -> None:
        super().__init__(view, PART)

        def change(event: GenericEventArguments) -> None:
            match event.args:
                case {"country": str(country), "page": str(page), "field": "country" | "page" as f}:
                    changed(filter_of(country, page), f)

        self.on("change", change)


def filter_of(country: str, page: str) -> Filter:
    """The filter of two texts of the page or its URL; an empty one selects all."""
    return Filter(country[:LONGEST_COUNTRY] or None, page[:LONGEST_PAGE] or None)


def _content(view: View) -> dict[str, object]:
    return {
        "country": view.filter.country or "",
        "page": view.filter.page or "",
        "countries": view.known_countries,
        "pages": view.known_pages,
    }


PART = Part("filters", _content)
