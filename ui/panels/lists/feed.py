"""The live feed: the latest events, newest first."""

import re
from collections.abc import Callable

from nicegui.events import GenericEventArguments

from ui.delivery.part import ListPart
from ui.panel import ViewPanel, table
from ui.viewmodel.view import View

CURL = """curl {url}api/events \\
  -H 'Content-Type: application/json' \\
  -d '{{"type":"pageview","page":"/home","sessionId":"me"{site}}}'"""
SNIPPET = '<script defer src="{url}tracker.js"{attributes}></script>'
LOCAL = re.compile(r"https?://(localhost|[^/:]+\.localhost|127\.[\d.]+|\[::1\])[:/]")
"""An address of this machine: the tracker counts pages there only if it is told to."""


class Feed(ViewPanel, component="feed.js"):
    """Rows, or what sends the first one to a ``server``: a line for a website, and a command. They
    name the ``site`` unless that is empty. ``opened`` is called with the session of a clicked
    row."""

    def __init__(self, view: View, server: str, site: str, opened: Callable[[str], None]) -> None:
        super().__init__(view, PART)
        self._props["curl"] = CURL.format(url=server, site=f',"site":"{site}"' if site else "")
        attributes = f' data-site="{site}"' if site else ""
        attributes += " data-local" if LOCAL.match(server) else ""
        self._props["snippet"] = SNIPPET.format(url=server, attributes=attributes)

        def open_session(event: GenericEventArguments) -> None:
            if isinstance(event.args, str):
                opened(event.args)

        self.on("open", open_session)


class FeedPart(ListPart):
    """A change is the new rows; all of them in another epoch, and after a reset."""

    def change(self, base: View, view: View) -> str | None:
        if base.scope != view.scope:
            return self.whole(view)
        newest = _newest(base)
        return self.call("push", view.json(_newer, newest)) if _newest(view) > newest else None


def _content(view: View) -> dict[str, object]:
    return {"rows": table(view.feed), "nothing_yet": view.nothing_yet}


def _newer(view: View, than: int) -> dict[str, object]:
    return table([row for row in view.feed if row["n"] > than])


def _newest(view: View) -> int:
    return int(view.feed[0]["n"]) if view.feed else 0


PART = FeedPart("feed", _content)
