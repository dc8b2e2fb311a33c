"""Fixtures for all rooms: the event loop, and the real server in a process of its own."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.redis_server import KEEPS_ALL, RedisServer
from tests.support import Running, StartServer, parting
from tests.turns import turn

settings.register_profile(
    "house",
    deadline=None,
    database=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


WORKERS = 2


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """For ``-n auto``: two when all tests are asked for. A chosen few are done sooner than workers
    have started."""
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    chosen = config.option.keyword or config.option.markexpr or config.option.usepdb
    return WORKERS if everything and not chosen else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that want to be alone come first, when nobody has to be waited for yet. The browser
    comes last: while it is open, its event loop counts as running in this thread, and no
    asynchronous test could start one of its own. Of its files those with many tests come first, so
    that no worker is left with a long one at the very end."""
    size = Counter(item.path for item in items)

    def rank(item: pytest.Item) -> tuple[bool, int, bool]:
        browser = "e2e" in item.path.parts
        return (browser, -size[item.path] if browser else 0, not wants_to_be_alone(item))

    items.sort(key=rank)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Between workers a test waits for its turn; a single process has nobody to wait for."""
    if not hasattr(item.config, "workerinput"):
        return (yield)
    with turn(alone=wants_to_be_alone(item)):
        return (yield)


def wants_to_be_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


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


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A redis-server of the test's own, which keeps all that it has confirmed."""
    server = RedisServer(tmp_path / "redis", *KEEPS_ALL)
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
    """Starts servers with flags of the test's own: ``start_server("--token", "…")``. A keyword is
    an environment variable. At the end each is stopped and has to leave with exit code 0."""
    started: list[Running] = []

    def start(*flags: str, **environment: str) -> Running:
        server = Running(tmp_path_factory.mktemp("server"), *flags, **environment)
        started.append(server)
        return server

    with parting(started):
        yield start
