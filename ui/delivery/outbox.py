"""Knows the panels of one page, and sends the method calls that are for its browser alone."""

import asyncio
from collections.abc import Callable

from nicegui import ui

from ui.delivery.part import Part


class Outbox(ui.element, component="outbox.js"):
    """The element around all panels. Its script receives the views (``view_stream.py``), calls the
    panels by the names of their parts, and asks for a whole view (``behind``) if it lacks one. The
    calls of one turn of the loop go out in one message of NiceGUI."""

    def __init__(self, behind: Callable[[], None]) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self._calls: list[str] = []
        self._props["panels"] = {}
        self.on("behind", behind)

    def register(self, panel: ui.element, part: Part) -> None:
        """Have a panel show a part of each view from now on."""
        self.parts.append(part)
        self._props["panels"][part.name] = panel.id

    def enqueue(self, target: ui.element, method: str, content: str) -> None:
        """Call a method of the target's Vue component with some JSON, in the order of enqueuing."""
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._send)
        self._calls.append(f'[{target.id},"{method}",{content}]')

    def _send(self) -> None:
        calls = ",".join(self._calls)
        self._calls.clear()
        self.client.run_javascript(f'runMethod({self.id},"deliver",[[{calls}]])')
