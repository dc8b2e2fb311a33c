"""The sites of the server: which one the page shows, and how many are active at the others."""

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.view import View


class SiteSwitcher(ViewPanel, component="sites.js"):
    """Shows the site of the page, and opens another one. Nothing while there is one site."""

    def __init__(self, view: View, site: str) -> None:
        super().__init__(view, PART)
        self._props["site"] = site


def _content(view: View) -> dict[str, object]:
    return {"sites": view.sites}


PART = Part("sites", _content)
