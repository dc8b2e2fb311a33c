"""The people who are here: the most recently active one first, in another order, or those found by
a search among all."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui.events import GenericEventArguments

from state.query import FoundPeople, Order
from state.query.finding import Key
from ui.delivery.part import ListPart
from ui.panel import ViewPanel, table
from ui.viewmodel.rows import session_row
from ui.viewmodel.sought import Sought, sought_of
from ui.viewmodel.view import View

Find = Callable[[Order, Sought, Key | None], Awaitable[FoundPeople | None]]


class Sessions(ViewPanel, component="sessions.js"):
    """``opened`` is called with the id of a clicked session; ``find`` returns a page of people in
    an order, of those who are looked for, after a cursor."""

    def __init__(
        self, view: View, opened: Callable[[str], None], find: Find, idle_after_s: float
    ) -> None:
        super().__init__(view, PART)

        def open_session(event: GenericEventArguments) -> None:
            if isinstance(event.args, str):
                opened(event.args)

        async def look(event: GenericEventArguments) -> None:
            match event.args:
                case {"order": "seen" | "here" | "pages" as order, "text": str(text), **rest}:
                    sought = sought_of(text, rest.get("codes"))
                    found = await find(Order(order), sought, _key(rest.get("after")))
                    self.call("found", {**event.args, **_answer(found, idle_after_s)})

        self.on("open", open_session)
        self.on("find", look)


def _key(value: object) -> Key | None:
    match value:
        case [int(first), int(second)]:
            return first, second
    return None


def _answer(found: FoundPeople | None, idle_after_s: float) -> dict[str, Any]:
    if found is None:
        return {"rows": table([]), "total": None, "cursor": None}
    rows = [session_row(session, idle_after_s) for session in found.sessions]
    return {"rows": table(rows), "total": found.total, "cursor": found.cursor}


def _content(view: View) -> dict[str, object]:
    return {
        "rows": table(view.sessions),
        "more": view.more_sessions,
        "cursor": view.people_cursor,
        "filtered": bool(view.filter),
        "counting": not view.is_counted,
    }


PART = ListPart("sessions", _content)
