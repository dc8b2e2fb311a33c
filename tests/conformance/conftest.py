"""Fixtures: the arena, and in it a dashboard that may misbehave."""

from collections.abc import Iterator

import pytest

from tests.conformance.client import Arena, Client
from tests.support import Running


@pytest.fixture
def arena(server: Running) -> Iterator[Arena]:
    """Whatever a test does in here, at its end nobody else may have come to harm."""
    arena = Arena(server)
    try:
        yield arena
        arena.settle()
    finally:
        arena.close()


@pytest.fixture
def client(arena: Arena) -> Client:
    return arena.connect()
