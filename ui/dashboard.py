"""One open page: builds the panels, and passes each view on to them."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import uuid4

from nicegui import Client, ui

from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.model import Model
from state.wire.messages import VisitorUpdate
from ui.lifetimes import PageLifetimes
from ui.outbox import Outbox
from ui.pace import Pace
from ui.panels.alerts import Alerts
from ui.panels.chart import Chart
from ui.panels.feed import Feed
from ui.panels.filters import Filters
from ui.panels.journey import Journey
from ui.panels.logout import Logout
from ui.panels.reset import Reset
from ui.panels.sessions import Sessions
from ui.panels.sound import Sound
from ui.panels.stat_tile import StatTile
from ui.panels.status import Status
from ui.panels.tabs import Tabs
from ui.panels.theme import ThemeSwitch
from ui.panels.totals import Totals
from ui.ticker import Pages
from ui.viewmodel import Row, View

MOST_UNSENT = 64 * 1024
FILTER_EVERY_S = 0.2
CURL = """curl {url}api/events \\
  -H 'Content-Type: application/json' \\
  -d '{{"type":"pageview","page":"/home","sessionId":"me"}}'"""


class Rights(NamedTuple):
    """What the person in front of a page may do besides reading."""

    can_log_out: bool
    can_reset: bool


class DashboardContext(NamedTuple):
    """What every page needs of the house. ``rights`` gives those of a request."""

    model: Model
    hub: Hub
    pages: Pages
    reset: Callable[[str], Awaitable[object]]
    clock: Callable[[], float]
    takes_events: Callable[[], bool]
    head: str
    rights: Callable[[Any], Rights]
    lifetimes: PageLifetimes


class Dashboard:
    """``filter`` is what this page shows; all of its panels show the same."""

    def __init__(self, client: Client, filter_: Filter, desk: DashboardContext) -> None:
        self.filter = filter_
        self._client = client
        self._id = uuid4().hex  # a client's own id is a secret of its browser
        self._desk = desk
        self._rights = desk.rights(client.request)
        self._set_filter = Pace(FILTER_EVERY_S, self._set_filter_now)
        ui.add_head_html(desk.head)
        view = desk.pages.view(filter_)
        with Outbox().classes("dashboard"):
            self._build_header(view)
            self._build_glance(view)
            self._build_details(view)
            self._journey = Journey(desk.model)
        desk.lifetimes.add(self._id, client, client.request.scope["visitors.address"])
        client.on_connect(self._connected)
        client.on_disconnect(self._disconnected)
        client.on_delete(self._leave)

    def update_view(self, view: View) -> None:
        """Write what differs into the panels."""
        if not self._can_hear:
            return
        for panel in self._panels:
            panel.update_view(view)
        self._journey.refresh()

    def beat(self) -> None:
        if self._can_hear:
            self._status.beat(takes_events=self._desk.takes_events())

    @property
    def _can_hear(self) -> bool:
        """False without a socket, and while the browser leaves too much of what it got: what it
        shows is made right by the next view after that."""
        environ = self._client.environ
        if environ is None or not self._client.has_socket_connection:
            return False
        socket = environ["asgi.scope"].get("extensions", {}).get("visitors.page")
        return socket is None or bool(socket.unsent <= MOST_UNSENT)

    def _build_header(self, view: View) -> None:
        with ui.element("header").classes("top-bar"):
            with ui.element("h1"):
                ui.label("Visitors").classes("brand")
            self._filters = Filters(view, self._set_filter)
            self._status = Status(view, self._desk.clock(), self._seen, self._tell_missed)
            with ui.element("div").classes("tools"):
                self._sound = Sound(view)
                self._alerts = Alerts(view)
                ThemeSwitch()
                if self._rights.can_reset:
                    Reset(self._reset)
                if self._rights.can_log_out:
                    Logout()

    def _build_glance(self, view: View) -> None:
        with ui.element("div").classes("glance"):
            with ui.element("section").classes("hero").props('aria-label="Active now"'):
                active = StatTile("active", view, _active, in_title=True)
                self._chart = Chart(view)
            with ui.element("section").classes("figures").props('aria-label="Numbers"'):
                self._figures = (
                    active,
                    StatTile("visitors", view, _today),
                    StatTile("events / min", view, _rate),
                    StatTile("dashboards", view, _dashboards),
                )

    def _build_details(self, view: View) -> None:
        Tabs()
        with ui.element("div").classes("details"):
            url = str(self._client.request.base_url)
            self._feed = Feed(view, CURL.format(url=url))
            self._sessions = Sessions(view, self._open_session)
            self._totals = Totals(view, self._choose)
        self._panels = (
            *self._figures,
            self._filters,
            self._status,
            self._sound,
            self._alerts,
            self._chart,
            self._feed,
            self._sessions,
            self._totals,
        )

    def _connected(self) -> None:
        self._desk.hub.join(self._id, self._desk.clock())
        self._catch_up()

    def _disconnected(self) -> None:
        """Also called when a socket goes whose page has another one already."""
        if not self._client.has_socket_connection:
            self._leave()

    def _leave(self) -> None:
        self._set_filter.stop()
        self._desk.pages.leave(self._id)
        self._desk.hub.leave(self._id, self._desk.clock())

    def _seen(self, visible: bool) -> None:
        """A tab that nobody sees is told nothing; what it shows is made right when it is seen."""
        if visible:
            self._catch_up()
        else:
            self._desk.pages.leave(self._id)

    def _tell_missed(self, epoch: str, seq: int) -> None:
        """The page is right already; say how much went by while it wasn't."""
        missed = self._desk.hub.missed(epoch, seq, self._desk.clock())
        if missed is None:
            self._status.caught_up(None)
        else:
            updates = [each for each in missed if each.type == VisitorUpdate.message_type]
            self._status.caught_up(len(updates))

    def _catch_up(self) -> None:
        self._desk.pages.enter(self._id, self)
        if not self._can_hear:
            return
        view = self._desk.pages.view(self.filter)
        self._status.set_clock(self._desk.clock())
        self._sound.catch_up(view)
        self._feed.replace(view)
        self.update_view(view)

    def _set_filter_now(self, filter_: Filter, field: str) -> None:
        self.filter = filter_
        value = getattr(filter_, field)
        details = {"filterType": field, "value": value}
        action = "filter_applied" if value else "filter_cleared"
        self._desk.hub.act(self._id, action, details, self._desk.clock())
        self.update_view(self._desk.pages.view(filter_))

    def _choose(self, field: str, name: str) -> None:
        country, page = self.filter.country, self.filter.page
        chosen = Filter(name, page) if field == "country" else Filter(country, name)
        self._set_filter(chosen, field)

    def _open_session(self, session_id: str) -> None:
        self._journey.open(session_id)

    async def _reset(self) -> None:
        if await self._desk.reset("dashboard") is not None:
            self._status.say("the numbers could not be reset")


def _active(view: View) -> Row:
    return {"value": view.active, "hint": f"in the last {view.active_window}"}


def _today(view: View) -> Row:
    by_country = "today, by country only" if view.filter.page else "today"
    return {"value": view.today, "hint": by_country}


def _rate(view: View) -> Row:
    return {"value": view.events_per_minute, "hint": "in the last 60 s"}


def _dashboards(view: View) -> Row:
    return {"value": view.dashboards, "hint": "watching now"}
