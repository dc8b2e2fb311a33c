"""Fixtures for all rooms: the event loop, and the real server in a process of its own."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.redis_server import RedisServer
from tests.support import Running, StartServer, parting

settings.register_profile(
    "house",
    deadline=None,
    database=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: while it is open, its event loop counts as running in this thread,
    and no asynchronous test could start one of its own."""
    items.sort(key=lambda item: "e2e" in item.path.parts)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One redis-server for all tests that do no harm to it; each has a stream of its own."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server with ordinary settings for all tests that don't mind a reset between them."""
    server = Running(tmp_path_factory.mktemp("server"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(shared_server: Running) -> Iterator[Running]:
    """The shared server, with all numbers at zero and nobody watching."""
    shared_server.start_at_zero()
    yield shared_server
    shared_server.check_account()


@pytest.fixture
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Starts servers with flags of the test's own: ``start_server("--token", "secret")``. A keyword
    is an environment variable. At the end each is stopped and has to leave with exit code 0."""
    started: list[Running] = []

    def start(*flags: str, **environment: str) -> Running:
        server = Running(tmp_path_factory.mktemp("server"), *flags, **environment)
        started.append(server)
        return server

    with parting(started):
        yield start
