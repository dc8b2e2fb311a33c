"""Composes and runs the server: ``python main.py --help`` shows every setting and command."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from msgspec.structs import replace

from ingest.access.policy import Access
from ingest.access.rate_limits import Limits
from ingest.check import command as check
from ingest.clock import SteadyClock
from ingest.context import AppContext
from ingest.fastpath.self_test import find_mismatch
from ingest.http import openapi
from ingest.http.login import add_login
from ingest.http.routes import add_routes, add_unknown, add_unknown_but
from ingest.http.static import add_files
from ingest.middleware import AccessMiddleware
from ingest.notify.notifier import build_notifier
from ingest.pipeline.applier import Applier
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.pipeline import Pipeline
from ingest.runtime import checkpoint_worker, logs
from ingest.runtime.build import python_build
from ingest.runtime.checkpoint_worker import schedule_checkpoints
from ingest.runtime.filter_builder import FilterBuilder
from ingest.runtime.gc_policy import collect_when_idle
from ingest.runtime.journal_watch import log_journal_trouble
from ingest.runtime.salt_keeper import fetch_salts, keep_salts
from ingest.runtime.site_services import SiteServices
from ingest.runtime.startup import run_pipeline
from ingest.runtime.uvicorn_server import CannotListen, Server, bind, listen
from ingest.sites.routes import add_unknown_site
from ingest.tracking.factory import build_tracking
from ingest.websocket.endpoint import add_socket
from ingest.websocket.shared_frame import SharedFrame
from state.applied import Applied
from state.journal.base import Journal, JournalError
from state.journal.factory import open_journal
from state.journal.redis.url import is_redis, read_address
from state.journal.tasks import end
from state.memory import memory_sentence
from state.settings.settings import Settings, SettingsError, load
from state.sites.factory import build_sites
from state.sites.presence import presence_of
from state.sites.query import rows
from state.sites.site import Site
from ui.bundle import Bundle
from ui.context import DashboardContext, Rights
from ui.delivery.on_request import shared_plots
from ui.lifetimes import PageLifetimes
from ui.page import DASHBOARD_PATHS, PATHS, register_pages
from ui.people import PeopleSearch
from ui.ticker import Ticker

Task = Callable[[], Coroutine[Any, Any, None]]
log = logging.getLogger(logs.MAIN)


def main(arguments: list[str]) -> int:
    """Serve until a signal, or run the command ``export``, ``import``, ``check``, ``checkpoint`` or
    ``simulate``. Returns the exit code of the server: 0 after a signal, 2 if a setting can't be
    used, 1 if the journal can't be read."""
    logs.install()
    if arguments[:1] == ["check"]:
        return check.run(arguments[1:])
    if arguments[:1] == ["checkpoint"]:
        return checkpoint_worker.run(arguments[1:])
    if arguments[:1] in (["export"], ["import"]):
        from ingest.archive.command import run  # noqa: PLC0415 — no server needs it

        return run(arguments)
    if arguments[:1] == ["simulate"]:
        from ingest.simulate import command as simulate  # noqa: PLC0415 — the same

        return simulate.run(arguments[1:])
    try:
        settings = load(arguments)
    except SettingsError as error:
        logs.write_error(*str(error).split("\n"))
        return 2
    logs.install(settings.log_level, settings.log_format)
    if not settings.plain and (wrong := asyncio.run(find_mismatch())) is not None:
        log.warning("The fast path doesn't fit this uvicorn (%s): serving as with --plain", wrong)
        settings = settings.model_copy(update={"plain": True})
    try:
        listening = bind(settings)
        context = build(settings)
        listen(listening, settings)
    except (CannotListen, JournalError, SettingsError) as error:
        log.critical("%s", error)
        return 2
    server = Server(compose(context, arguments), context)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_stop, server))
    log.info("Visitor analytics on %s", _address(settings, listening.getsockname()[1]))
    log.info("Version %s, %s", openapi.VERSION, python_build())
    log.info("%s", memory_sentence(settings))
    server.run(sockets=[listening])
    return 1 if context.pipeline.has_failed else 0


def build(settings: Settings) -> AppContext:
    """The state, the journal and the pipeline; nothing listens yet."""
    clock = SteadyClock().now
    journal: Journal[Applied] = open_journal(
        settings.journal, durability=settings.durability, epoch=uuid4().hex, clock=clock
    )
    sites = build_sites(settings, journal.epoch)
    first, ledger = sites.first, Ledger()
    access = Access(settings, clock, lambda login: login in first.model.logouts)
    close_sockets, notifier = access.logins.close_sockets, build_notifier(settings)
    applier = Applier(journal, sites, ledger, clock, close_sockets, notifier.notify)
    pipeline = Pipeline(journal, sites, applier, ledger, clock)
    return AppContext(
        settings=settings,
        clock=clock,
        started_at=clock(),
        sites=sites,
        pipeline=pipeline,
        ledger=ledger,
        access=access,
        limits=Limits(settings),
        filters=SiteServices(lambda site: FilterBuilder(site.model, site.hub, clock)),
        notifier=notifier,
        tracking=build_tracking(settings, sites, clock),
    )


def compose(context: AppContext, arguments: Sequence[str] = ()) -> AccessMiddleware:
    """The ASGI application: REST and ``/ws`` first, since NiceGUI serves all other paths.
    ``arguments`` are those of this process, for the processes that it starts."""
    running: list[Task] = [
        partial(run_pipeline, context.pipeline),
        context.filters.run,
        partial(keep_salts, context.tracking.salts),
        *_helpers(context, arguments),
    ]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await fetch_salts(context.tracking.salts)
        tasks = [asyncio.create_task(run()) for run in running]
        yield
        context.notifier.stop()
        await end(tasks, again_s=1.0)
        await context.pipeline.journal.stop()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None)
    access = context.access
    openapi.describe(app, access, context.sites)
    add_routes(app, context)
    if not context.settings.ui:
        add_unknown(app, context.ledger, "/", "/{rest:path}")
        running.append(partial(collect_when_idle, context.sites, context.pipeline))
        return AccessMiddleware(app, context)
    lifetimes = PageLifetimes(
        most=context.settings.max_unopened_pages,
        most_each=context.settings.max_unopened_pages_per_address,
        dropped=context.hub.count_unopened,
    )
    running += [
        _add_dashboards(app, context, lifetimes),
        lifetimes.run,
        partial(collect_when_idle, context.sites, context.pipeline, lambda: lifetimes.in_memory),
    ]
    return AccessMiddleware(app, context, lifetimes.has_room)


def _add_dashboards(app: FastAPI, context: AppContext, lifetimes: PageLifetimes) -> Task:
    """The page, and the socket of foreign dashboards. Returns what keeps the pages up to date."""
    add_socket(app, context)
    bundle = Bundle()
    add_files(app, bundle.files, context.ledger)
    add_login(app, context, bundle.url("style.css"))
    add_unknown_site(app, context, DASHBOARD_PATHS)
    add_unknown_but(app, context.ledger, PATHS)
    sites, filters, clock = context.sites, context.filters, context.clock
    journal, change, access = context.pipeline.journal, context.pipeline.change, context.access

    def ticker(site: Site) -> Ticker:
        return Ticker(site.model, site.hub, filters.of(site).request, clock, partial(rows, sites))

    @cache
    def page_context(site: Site) -> DashboardContext:
        return DashboardContext(
            site="" if sites.is_one else site.name,
            model=site.model,
            people=PeopleSearch(site.model, filters.of(site).request),
            hub=site.hub,
            ticker=tickers.of(site),
            change=lambda entry: change(replace(entry, site=site.key)),
            clock=clock,
            accepts_events=lambda: journal.trouble is None,
            bundle=bundle,
            rights=partial(_rights, access),
            lifetimes=lifetimes,
            pack=SharedFrame,
            plots=shared_plots(site.model, context.settings.funnel),
        )

    tickers = SiteServices(ticker)
    register_pages(app, bundle, lambda name: page_context(sites.named(name) or sites.first))
    return tickers.run


def _rights(access: Access, request: Request) -> Rights:
    """Returns what the page may do that this request opens."""
    return Rights(
        can_log_out=access.login(request.cookies) is not None,
        can_reset=access.may_reset(request.headers, request.cookies),
    )


def _helpers(context: AppContext, arguments: Sequence[str]) -> list[Task]:
    """Background tasks: checkpoints, the log of the journal, presence of other nodes."""
    journal = context.settings.journal
    helpers: list[Task] = []
    if journal != "memory:":
        command = [sys.executable, __file__, "checkpoint", *arguments]
        helpers.append(partial(schedule_checkpoints, context.pipeline, context.settings, command))
        helpers.append(partial(log_journal_trouble, context.pipeline.journal))
    if is_redis(journal):
        presence = presence_of(context.sites, read_address(journal), context.clock)
        return [*helpers, presence.run]
    return helpers


def _stop(server: Server, *_: object) -> None:
    """Handle a signal before uvicorn does, and after its shutdown, when uvicorn raises it again: a
    stop is no failure, so it must not set the exit code."""
    server.should_exit = True


def _address(settings: Settings, port: int) -> str:
    host = "localhost" if settings.on_loopback else settings.host
    return f"http://{host}:{port}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
