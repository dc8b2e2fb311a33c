"""The panels below the glance: top lists, people, feed, and the plots."""

from collections.abc import Callable
from typing import NamedTuple

from state.settings.site_names import DEFAULT
from ui.context import DashboardContext
from ui.panels.lists.arrangement import Arrangement
from ui.panels.lists.feed import Feed
from ui.panels.lists.names import NameSearch
from ui.panels.lists.sessions import Find, Sessions
from ui.panels.lists.top_list import TopList
from ui.panels.plots.asking import Get
from ui.panels.plots.flow import Flow
from ui.panels.plots.funnel import FunnelPanel
from ui.panels.plots.world_map import WorldMap
from ui.viewmodel.plots import FLOW, FUNNEL, MAP
from ui.viewmodel.view import View

LISTS = ("pages", "sources", "countries", "devices")
"""The top lists, by the panels of their dimensions."""


class Asking(NamedTuple):
    """What the panels ask of their page."""

    open_session: Callable[[str], None]
    find_people: Find
    names: NameSearch
    get_plot: Get


def build_details(view: View, context: DashboardContext, url: object, asking: Asking) -> None:
    """Build all panels where they belong; ``url`` is the address of this server."""
    arrangement = Arrangement()
    for panel in LISTS:
        with arrangement.place(panel):
            TopList(view, panel, asking.names)
    with arrangement.place("people"):
        idle_after_s = context.model.options.idle_after_s
        Sessions(view, asking.open_session, asking.find_people, idle_after_s)
    with arrangement.place("feed"):
        Feed(view, str(url), "" if context.site == DEFAULT else context.site, asking.open_session)
    with arrangement.place(MAP):
        WorldMap(asking.get_plot, context.bundle)
    with arrangement.place(FLOW):
        Flow(asking.get_plot, context.bundle)
    if FUNNEL in context.plots.names:
        with arrangement.place(FUNNEL):
            FunnelPanel(asking.get_plot)
