"""Registers the dashboard at ``/`` and ``/dashboard.html`` with NiceGUI."""

from collections.abc import Callable
from typing import Any

from nicegui import Client, __version__, ui
from nicegui import app as nicegui_app

from ui.bundle import Bundle
from ui.context import DashboardContext
from ui.dashboard import Dashboard
from ui.panels.tools.theme import FAVICON
from ui.viewmodel.filters import filter_of
from ui.viewmodel.wallboard import wall_of

RECONNECT_S = 10.0
DASHBOARD_PATHS = ("/", "/dashboard.html")
FILES = ("static", "libraries", "components", "resources", "dynamic_resources", "esm")
PATHS = (
    *(*DASHBOARD_PATHS, "/favicon.ico"),
    *(f"/_nicegui/{__version__}/{folder}/" for folder in FILES),
)
"""What NiceGUI serves for us over HTTP; for any other path it would build a page with a 404."""

TEXTS = "visitors.install(app);"
"""Gives the functions of ``texts.js`` to the templates of all components."""


def register_pages(
    app: Any, bundle: Bundle, context_of: Callable[[str | None], DashboardContext]
) -> None:
    """Add the dashboard to a FastAPI app. ``context_of`` returns the context of the site of a name,
    without one that of the first."""
    bundle.replace_plotly()

    @ui.page("/")
    @ui.page("/dashboard.html")
    def dashboard(client: Client) -> None:
        params = client.request.query_params
        context = context_of(params.get("site"))
        timeout_s = context.model.options.session_timeout_s
        Dashboard(client, filter_of(params, timeout_s), context, wall_of(params))

    ui.run_with(
        app,
        title="Visitors",
        viewport="width=device-width, initial-scale=1, viewport-fit=cover",
        favicon=FAVICON,
        language="en-US",
        dark=None,
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_S,
        show_welcome_message=False,
    )
    nicegui_app.config.socket_io_js_transports = ["websocket"]
    nicegui_app.config.quasar_config["lang"] = {"noHtmlAttrs": True}  # texts.js sets the language
    nicegui_app.config.vue_config_script += TEXTS
