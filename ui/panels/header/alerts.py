"""Alerts: as toasts when they happen, and in a list for later."""

from collections.abc import Awaitable, Callable
from operator import attrgetter

from nicegui.events import GenericEventArguments

from state.alert_rules.validation import is_short_text
from state.event import Acknowledge
from state.model import ALERTS_KEPT, Model
from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.alerts.rows import alert_rows
from ui.viewmodel.view import View

PART = Part("alerts", attrgetter("alerts"))
NAMELESS = "dashboard"
"""Who has seen an alert, where nobody gave a name."""

Keep = Callable[[Acknowledge], Awaitable[bool]]


class Alerts(ViewPanel, component="alerts.js"):
    """``keep`` stores that somebody has seen an alert, for all viewers; None: this page may not.
    ``listening`` is called with True where somebody wants to be notified while the tab is
    hidden."""

    def __init__(
        self, view: View, model: Model, keep: Keep | None, listening: Callable[[bool], None]
    ) -> None:
        super().__init__(view, PART)
        self._props["acknowledges"] = keep is not None
        self._model = model

        def listen(event: GenericEventArguments) -> None:
            listening(event.args is True)

        async def acknowledge(event: GenericEventArguments) -> None:
            match event.args:
                case {"ids": list(ids), "by": str(by)} if keep is not None and is_short_text(by):
                    for each in ids[:ALERTS_KEPT]:
                        if isinstance(each, int) and not await keep(
                            Acknowledge(each, by.strip() or NAMELESS)
                        ):
                            return

        self.on("listen", listen)
        self.on("acknowledge", acknowledge)

    def tell(self) -> None:
        """Show the alerts of this moment past the views, which a hidden tab doesn't get."""
        self.call("show", alert_rows(self._model))
