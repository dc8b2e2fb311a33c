"""The reset button, with a confirmation."""

from collections.abc import Awaitable, Callable

from nicegui import ui


class ResetButton(ui.element, component="reset.js"):
    """``confirmed`` is awaited after the confirmation."""

    def __init__(self, confirmed: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self.on("confirm", confirmed)
