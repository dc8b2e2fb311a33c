"""Pages that are asked for and never opened: bounded, dropped within seconds, and taken apart."""

import asyncio
import gc
import weakref

import httpx
import pytest
from nicegui import Client, ui
from nicegui.testing.general import nicegui_reset_globals

from tests.ingest.client import eventually
from tests.support import Running, StartServer, wait_until
from ui.lifetimes import PageLifetimes


def metric(server: Running, name: str) -> float:
    lines = server.http.get("/metrics").text.splitlines()
    return float(next(each.split()[1] for each in lines if each.startswith(f"visitors_{name} ")))


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["fast", "plain"])
def test_beyond_a_number_for_each_address_a_light_page_loads_itself_again(
    start_server: StartServer, plain: tuple[str, ...]
):
    server = start_server("--max-unopened-pages-per-address", "3", *plain)
    codes = [server.http.get("/").status_code for _ in range(5)]
    assert codes == [200, 200, 200, 503, 503]
    light = server.http.get("/")
    assert "refresh" in light.text
    assert int(light.headers["retry-after"]) > 0
    assert len(light.content) < 2_000
    wait_until(lambda: metric(server, "unopened_pages_total") == 3, "pages that are dropped")
    assert server.http.get("/").status_code == 200


def test_the_number_of_all_is_bounded_too(start_server: StartServer):
    server = start_server("--max-unopened-pages", "2", "--trusted-proxies", "127.0.0.1")
    codes = [
        server.http.get("/", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(4)
    ]
    assert codes == [200, 200, 503, 503]


@pytest.mark.parametrize("path", ["/assets/x/y", "/nowhere", "/_nicegui/x", "/dashboard", "/a/b"])
def test_no_page_is_built_for_what_is_not_there(server: Running, path: str):
    answer = server.http.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert len(answer.content) < 200


async def test_a_dropped_page_leaves_nothing_to_the_garbage_collector():
    with nicegui_reset_globals():
        lifetimes = PageLifetimes(most=100, most_each=100, dropped=lambda: None)

        @ui.page("/")
        def page(client: Client) -> None:
            lifetimes.add(client.id, client, "address")
            with ui.column():
                label = ui.label("a")
                ui.button("b", on_click=lambda: label.set_text("c"))

        app = _app()
        running = asyncio.create_task(lifetimes.run())
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                assert (await http.get("/")).status_code == 200
            [client] = [weakref.ref(each) for each in Client.instances.values()]
            gc.collect()
            gc.disable()
            try:
                live = client()
                assert live is not None
                live.delete()
                del live
                await eventually(lambda: client() is None, "the end of the client")
            finally:
                gc.enable()
                running.cancel()


def _app() -> "object":
    from fastapi import FastAPI  # noqa: PLC0415 — the app of this test alone

    app = FastAPI()
    ui.run_with(app, show_welcome_message=False)
    return app
