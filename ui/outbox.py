"""Brings what the panels of one page are told to the browser: all of one turn in one message."""

import asyncio

from nicegui import ui


class Outbox(ui.element, component="outbox.js"):
    """The element around all panels. A message of its own for each panel would cost the server
    three times as much: each is encoded, compressed and written by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[str] = []

    def take(self, target: ui.element, method: str, content: str) -> None:
        """Have a method of the target's Vue component called with some JSON, in the order of
        taking."""
        if not self._calls:
            asyncio.get_running_loop().call_soon(self._go)
        self._calls.append(f'[{target.id},"{method}",{content}]')

    def _go(self) -> None:
        calls = ",".join(self._calls)
        self._calls.clear()
        self.client.run_javascript(f'runMethod({self.id},"deliver",[[{calls}]])')
