"""One open page: its layout, and the requests of its browser."""

from functools import partial
from uuid import uuid4

from nicegui import Client, ui

from state.event import Acknowledge, Reset, SetAlertRules
from state.filtering.filter import Filter
from state.query import FoundPeople, Order
from state.query.finding import Key
from state.wire.messages import VisitorUpdate
from ui.context import DashboardContext
from ui.delivery.connection import connection_of
from ui.delivery.outbox import Outbox
from ui.delivery.view_stream import ViewStream
from ui.details import Asking, build_details
from ui.panel import section
from ui.panels.header.alert_rules import AlertRulesDialog
from ui.panels.header.alerts import Alerts
from ui.panels.header.filters import Filters
from ui.panels.header.sites import SiteSwitcher
from ui.panels.header.status import Status
from ui.panels.keyboard.key_sheet import KeySheet
from ui.panels.keyboard.palette import Palette
from ui.panels.lists.journey import Journey
from ui.panels.lists.names import NameSearch
from ui.panels.numbers.active_window import ActiveWindow
from ui.panels.numbers.chart import Chart
from ui.panels.numbers.sentence import Sentence
from ui.panels.numbers.stat_tile import ACTIVE, DASHBOARDS, RATE, VISITORS, StatTile
from ui.panels.tools.logout import LogoutButton
from ui.panels.tools.menu import Menu
from ui.panels.tools.reset import ResetButton
from ui.panels.tools.settings import SettingsDialog
from ui.panels.tools.sound import Sound
from ui.panels.tools.theme import ThemeSwitch
from ui.people import Wanted
from ui.steps import finish
from ui.texts.text import mark, text
from ui.throttle import Throttle
from ui.viewmodel.filters import Option, filter_of, options
from ui.viewmodel.formats import as_json
from ui.viewmodel.plots import COUNTING, FUNNEL
from ui.viewmodel.sought import Sought
from ui.viewmodel.view import View
from ui.viewmodel.wallboard import Wall
from ui.wallboard import HEAD as WALL_HEAD
from ui.wallboard import build_wallboard

FILTER_EVERY_S = 0.2


class Dashboard:
    """Builds the panels of one page, and passes views under its ``filter`` to them. With a
    ``wall`` it is the wallboard."""

    def __init__(
        self, client: Client, filter_: Filter, context: DashboardContext, wall: Wall | None = None
    ) -> None:
        self.filter = filter_
        self._client = client
        self._id = uuid4().hex  # the client's own id is a secret of its browser
        self._context = context
        self._rights = context.rights(client.request)
        self._keep = self._change if self._rights.can_reset else None
        self._names = NameSearch(context.people, lambda: self.filter)
        self._is_visible, self._wants_alerts = True, False
        self._set_filter = Throttle(FILTER_EVERY_S, self._set_filter_now)
        ui.add_head_html(context.bundle.head + (WALL_HEAD if wall else ""))
        view = context.ticker.view(filter_)
        with Outbox(self._catch_up).classes("dashboard") as outbox:
            self._journey = Journey(context.model)
            if wall:
                self._status = build_wallboard(
                    view, wall, context.site, partial(self._build_status, view)
                )
            else:
                self._build_page(view)
        self._views = ViewStream(partial(connection_of, client), outbox.parts, context.pack)
        context.lifetimes.add(self._id, client, client.request.scope["visitors.address"])
        client.on_connect(self._connected)
        client.on_disconnect(self._disconnected)
        client.on_delete(self._leave)

    def update_view(self, view: View) -> None:
        """Have each panel show the view, if the browser can be reached."""
        if self._views.show(view):
            self._journey.refresh()

    def beat(self) -> None:
        """Show that the connection is well although nothing has changed, or what is missing."""
        if not self._views.beat(accepts_events=self._context.accepts_events()):
            self.update_view(self._context.ticker.view(self.filter))

    def _build_page(self, view: View) -> None:
        self._build_header(view)
        self._build_glance(view)
        asking = Asking(self._open_session, self._find_people, self._names, self._get_plot)
        build_details(view, self._context, self._client.request.base_url, asking)
        AlertRulesDialog(self._context.model, self._keep)
        SettingsDialog(
            self._context.model.options.session_timeout_s,
            has_funnel=FUNNEL in self._context.plots.names,
        )
        KeySheet()
        Palette()

    def _build_status(self, view: View) -> Status:
        return Status(view, self._context.clock, self._set_visible, self._show_missed)

    def _build_header(self, view: View) -> None:
        with ui.element("header").classes("top-bar"):
            with ui.element("h1"):
                ui.label("Visitors").classes("brand")
            SiteSwitcher(view, self._context.site)
            Filters(view, self._set_filter, self._find_options)
            self._status = self._build_status(view)
            with ui.element("div").classes("tools"):
                self._alerts = Alerts(view, self._context.model, self._keep, self._listen)
                with Menu():
                    Sound(view)
                    ThemeSwitch()
                    if self._rights.can_reset:
                        ResetButton(self._reset)
                    if self._rights.can_log_out:
                        LogoutButton()

    def _build_glance(self, view: View) -> None:
        with ui.element("div").classes("glance"):
            with section("hero", mark("Active now")):
                with StatTile(view, ACTIVE, in_title=True, site=self._context.site):
                    ActiveWindow(view)
                Chart(view)
            with section("figures", mark("Numbers")):
                StatTile(view, VISITORS)
                StatTile(view, RATE)
                StatTile(view, DASHBOARDS)
            Sentence(view)

    def _connected(self) -> None:
        self._context.hub.join(self._id, self._context.clock())
        self._catch_up()

    def _disconnected(self) -> None:
        """Also called for a socket whose page has another one already."""
        if not self._client.has_socket_connection:
            self._leave()

    def _leave(self) -> None:
        self._set_filter.stop()
        self._views.forget()
        self._context.ticker.leave(self._id)
        self._context.hub.leave(self._id, self._context.clock())

    def _set_visible(self, visible: bool) -> None:
        """A hidden tab gets no views; it catches up when it becomes visible."""
        self._is_visible = visible
        if visible:
            self._catch_up()
        else:
            self._rest()

    def _rest(self) -> None:
        """Send no views while the tab is hidden; alerts, if somebody asked to be notified."""
        if self._wants_alerts:
            self._context.ticker.listen(self._id, self._alerts.tell)
        else:
            self._context.ticker.leave(self._id)
        self._views.forget()

    def _listen(self, wanted: bool) -> None:
        self._wants_alerts = wanted
        if not self._is_visible:
            self._rest()

    def _show_missed(self, epoch: str, seq: int) -> None:
        """The page is up to date already; show how many events it missed."""
        hub = self._context.hub
        missed = hub.missed(epoch, seq, self._context.clock())
        if missed is None:
            is_same = epoch == hub.epoch
            self._status.caught_up_unknown(
                is_same_start=is_same,
                is_shorter=not is_same and seq > self._context.model.seq,
            )
        else:
            updates = [each for each in missed if each.type == VisitorUpdate.message_type]
            self._status.caught_up(len(updates))

    def _catch_up(self) -> None:
        """Send the whole view."""
        self._context.ticker.enter(self._id, self)
        self._views.forget()
        self.update_view(self._context.ticker.view(self.filter))

    def _set_filter_now(self, values: dict[str, object]) -> None:
        context, before = self._context, self.filter.values()
        self.filter = filter_of(values, context.model.options.session_timeout_s)
        now = self.filter.values()
        for field in sorted(before.keys() | now.keys()):
            if before.get(field) != now.get(field):
                details = {"filterType": field, "value": now.get(field)}
                action = "filter_applied" if field in now else "filter_cleared"
                context.hub.publish_action(self._id, action, details, context.clock())
        self.update_view(context.ticker.view(self.filter))

    async def _find_people(
        self, order: Order, sought: Sought, after: Key | None
    ) -> FoundPeople | None:
        return await self._context.people.find(Wanted(self.filter, order, sought, after))

    async def _find_options(self, sought: Sought) -> list[Option]:
        return await finish(options(self._context.model, sought))

    async def _get_plot(self, name: str) -> str:
        """Under a filter that isn't counted yet there is nothing to show."""
        if not self._context.ticker.view(self.filter).is_counted:
            return as_json(COUNTING)
        return await self._context.plots.get(name, self.filter)

    def _open_session(self, session_id: str) -> None:
        self._journey.open(session_id)

    async def _change(self, entry: SetAlertRules | Acknowledge) -> bool:
        """Returns whether it is stored."""
        if await self._context.change(entry) is None:
            return True
        self._status.show_note(text("the change could not be stored"))
        return False

    async def _reset(self) -> None:
        if await self._context.change(Reset("dashboard")) is not None:
            self._status.show_note(text("the numbers could not be reset"))
