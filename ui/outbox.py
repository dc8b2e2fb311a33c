"""Sends the method calls that the panels of one page make to its browser."""

import asyncio
from typing import Protocol

from nicegui import ui

from ui.viewmodel import View


class Updatable(Protocol):
    """A panel, as far as the dashboard knows it."""

    def update_view(self, view: View) -> None:
        """Show a view: send what differs from what is shown."""


class Outbox(ui.element, component="outbox.js"):
    """The element around all panels. It knows them (``panels``, in the order of their creation),
    and sends the calls of one turn of the loop in one message: a message for each panel costs the
    server three times as much, since each is encoded, compressed and written separately."""

    def __init__(self) -> None:
        super().__init__()
        self.panels: list[Updatable] = []
        self._calls: list[str] = []

    def register(self, panel: Updatable) -> None:
        """Add a panel; the dashboard updates it from now on."""
        self.panels.append(panel)

    def enqueue(self, target: ui.element, method: str, content: str) -> None:
        """Call a method of the target's Vue component with some JSON, in the order of enqueuing."""
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._send)
        self._calls.append(f'[{target.id},"{method}",{content}]')

    def _send(self) -> None:
        calls = ",".join(self._calls)
        self._calls.clear()
        self.client.run_javascript(f'runMethod({self.id},"deliver",[[{calls}]])')
