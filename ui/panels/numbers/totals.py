"""Top lists: pages, countries, referrers, devices."""

from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel import View


class Totals(ViewPanel, component="totals.js"):
    """``chosen`` is called with the kind ("country" or "page") and name of a clicked row."""

    def __init__(self, view: View, chosen: Callable[[str, str], None]) -> None:
        super().__init__(view, PART)

        def choose(event: GenericEventArguments) -> None:
            match event.args:
                case {"kind": "country" | "page" as kind, "name": str(name)}:
                    chosen(kind, name)

        self.on("choose", choose)


def _content(view: View) -> dict[str, object]:
    return {"lists": view.totals, "of": view.totals_of, "counting": not view.is_counted}


PART = Part("totals", _content)
