"""REST: the list of all sites."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI, Response
from starlette.datastructures import QueryParams
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from ingest.context import AppContext
from ingest.http import openapi
from ingest.http.query_params import read_site
from ingest.http.responses import json_response, refuse
from ingest.pipeline.rejection import Refusal
from state.sites.query import site_list


def add_site_routes(router: APIRouter, context: AppContext) -> None:
    """``GET /api/sites``."""

    @router.get("/api/sites", **openapi.GET_SITES)
    async def get_sites() -> Response:
        return json_response(site_list(context.sites))


def add_unknown_site(app: FastAPI, context: AppContext, paths: Sequence[str]) -> None:
    """Refuse these paths of the page with a ``?site=`` that there isn't."""
    app.router.routes.append(_UnknownSite(context, paths))


class _UnknownSite(Route):
    """A route for requests of an unknown site alone: NiceGUI builds a page for all others."""

    def __init__(self, context: AppContext, paths: Sequence[str]) -> None:
        super().__init__("/{rest:path}", self.refuse, include_in_schema=False)
        self._context = context
        self._paths = frozenset(paths)
        self.app = self.refuse

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_page = scope["type"] == "http" and scope["path"] in self._paths
        if is_page and isinstance(self._site(scope), Refusal):
            return Match.FULL, {}
        return Match.NONE, {}

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._site(scope)
        assert isinstance(refusal, Refusal)
        await refuse(self._context.ledger, refusal)(scope, receive, send)

    def _site(self, scope: Scope) -> object:
        return read_site(self._context.sites, QueryParams(scope["query_string"]))
