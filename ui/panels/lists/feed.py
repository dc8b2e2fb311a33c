"""The live feed: the latest events, newest first."""

from state.filtering.filter import Filter
from ui.panel import Panel, table
from ui.viewmodel import Row, View


class Feed(Panel, component="feed.js"):
    """Sends only new rows, in one call a tick; all rows when the filter changes, and after a
    reset."""

    def __init__(self, view: View, curl: str) -> None:
        super().__init__(_content(view))
        self._props["curl"] = curl
        self._newest = _newest(view)
        self._shows = _shows(view)

    def update_view(self, view: View) -> None:
        if _shows(view) != self._shows:
            self.replace(view)
            return
        if _newest(view) > self._newest:
            self.call_json("push", view.json(_newer, self._newest))
            self._newest = _newest(view)

    def replace(self, view: View) -> None:
        self._shows = _shows(view)
        self._newest = _newest(view)
        self.call_json("show", view.json(_content))


def _content(view: View) -> dict[str, object]:
    return {"rows": table(view.feed), "nothing_yet": view.nothing_yet}


def _newer(view: View, than: int) -> dict[str, object]:
    return table([row for row in view.feed if row["n"] > than])


def _shows(view: View) -> tuple[Filter, str, int]:
    """Identifies rows that belong together: of one filter, one epoch, since one reset."""
    return view.filter, view.epoch, view.cleared_seq


def _newest(view: View) -> int:
    rows: list[Row] = view.feed
    return rows[0]["n"] if rows else 0
