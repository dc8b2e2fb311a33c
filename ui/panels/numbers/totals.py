"""Top lists: pages, countries, referrers, devices."""

from ui.delivery.part import ListPart
from ui.panel import ViewPanel
from ui.viewmodel import View


class Totals(ViewPanel, component="totals.js"):
    """A click on a row sets a filter; the filters' script does that (filters.js)."""

    def __init__(self, view: View) -> None:
        super().__init__(view, PART)


def _content(view: View) -> dict[str, object]:
    return {"lists": view.totals, "of": view.totals_of, "counting": not view.is_counted}


PART = ListPart("totals", _content)
