"""What every open page needs of the rest of the program, composed once by main."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from state.event import Acknowledge, Reset, SetAlertRules
from state.hub.hub import Hub
from state.model import Model
from ui.bundle import Bundle
from ui.delivery.on_request import OnRequest
from ui.delivery.view_stream import Pack
from ui.lifetimes import PageLifetimes
from ui.people import PeopleSearch
from ui.ticker import Ticker


class Rights(NamedTuple):
    """What a page may do besides reading."""

    can_log_out: bool
    can_reset: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardContext:
    """One for each ``site``: its name, empty without the setting. ``people`` finds some of those
    who are here. ``change`` keeps what viewers decide: about alerts, or that all numbers start
    at zero. It returns why that failed, or None. ``clock`` gives epoch seconds.
    ``accepts_events`` is False while the journal can't store any. ``rights`` gives those of the
    page that a request opens. ``pack`` makes a frame of a message, for the sockets of all pages
    that it is meant for. ``plots`` has what only some pages show."""

    site: str
    model: Model
    people: PeopleSearch
    hub: Hub
    ticker: Ticker
    change: Callable[[Reset | SetAlertRules | Acknowledge], Awaitable[object]]
    clock: Callable[[], float]
    accepts_events: Callable[[], bool]
    bundle: Bundle
    rights: Callable[[Any], Rights]
    lifetimes: PageLifetimes
    pack: Pack
    plots: OnRequest
