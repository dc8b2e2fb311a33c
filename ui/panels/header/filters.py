"""Filters: a chip for each that is set, and a picker. They are in the address, so that a reload or
a link has them."""

from collections.abc import Awaitable, Callable

from nicegui.events import GenericEventArguments

from ui.delivery.part import Part
from ui.panel import ViewPanel
from ui.viewmodel.filters import PICKED, Option, in_address
from ui.viewmodel.sought import Sought, sought_of
from ui.viewmodel.view import View


class Filters(ViewPanel, component="filters.js"):
    """``changed`` is called with the parameters of the address; ``find`` returns the values that
    are looked for."""

    def __init__(
        self,
        view: View,
        changed: Callable[[dict[str, object]], None],
        find: Callable[[Sought], Awaitable[list[Option]]],
    ) -> None:
        super().__init__(view, PART)
        self._props["fields"] = [
            {"key": each.name, "label": each.label, "unknown": each.unknown} for each in PICKED
        ]

        def change(event: GenericEventArguments) -> None:
            if isinstance(event.args, dict):
                changed(event.args)

        async def look(event: GenericEventArguments) -> None:
            match event.args:
                case {"text": str(text), "codes": codes}:
                    found = await find(sought_of(text, codes))
                    self.call("found", {"text": text, "options": found})

        self.on("change", change)
        self.on("find", look)


def _content(view: View) -> dict[str, object]:
    return {"values": in_address(view.filter), "unknown": view.unknown_fields}


PART = Part("filters", _content)
