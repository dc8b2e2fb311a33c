"""Everything to zero, after a question."""

from collections.abc import Awaitable, Callable

from nicegui import ui


class Reset(ui.element, component="reset.js"):
    """``confirmed`` is awaited once somebody has said yes."""

    def __init__(self, confirmed: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.on("confirm", confirmed)
