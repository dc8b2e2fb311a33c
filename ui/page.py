"""The dashboard at ``/`` and ``/dashboard.html``, and how the server runs it."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import Client, __version__, ui
from nicegui import app as nicegui_app

from state.filtering.filter import Filter
from state.hub.hub import Hub
from state.model import Model
from ui.bundle import Bundle
from ui.dashboard import Dashboard, DashboardContext, Rights
from ui.lifetimes import PageLifetimes
from ui.panels.filters import filter_of
from ui.panels.theme import FAVICON
from ui.ticker import Pages

RECONNECT_S = 10.0
FILES = ("static", "libraries", "components", "resources", "dynamic_resources", "esm")
PATHS = (
    *("/", "/dashboard.html", "/favicon.ico"),
    *(f"/_nicegui/{__version__}/{folder}/" for folder in FILES),
)
"""What NiceGUI serves for us by HTTP; for any other path it would build a page that says so."""


def register_pages(
    app: Any,
    model: Model,
    hub: Hub,
    reset: Callable[[str], Awaitable[object]],
    clock: Callable[[], float],
    takes_events: Callable[[], bool],
    bundle: Bundle,
    rights: Callable[[Any], Rights],
    lifetimes: PageLifetimes,
    counts: Callable[[Filter], bool],
) -> Pages:
    """Put the dashboard on a FastAPI app. ``reset`` starts the numbers at zero, is told by whom,
    and returns why it couldn't, or None; ``clock`` gives epoch seconds; ``takes_events`` tells
    whether the journal can keep any; ``rights`` gives what a request's person may do; ``counts``
    has a filter counted and tells whether it is. Returns the pages, whose ``run`` has to run."""
    pages = Pages(model, hub, counts)
    bundle.replace_plotly()
    desk = DashboardContext(
        model, hub, pages, reset, clock, takes_events, bundle.head(), rights, lifetimes
    )

    @ui.page("/")
    @ui.page("/dashboard.html")
    def dashboard(client: Client, country: str = "", page: str = "") -> None:
        Dashboard(client, filter_of(country, page), desk)

    ui.run_with(
        app,
        title="Visitors",
        favicon=FAVICON,
        language="en-US",
        dark=None,
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_S,
        show_welcome_message=False,
    )
    nicegui_app.config.socket_io_js_transports = ["websocket"]
    return pages
