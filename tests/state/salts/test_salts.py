"""Salts of a day: one for all nodes and starts, another each day, gone after two days."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from stat import S_IMODE
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from state.journal.redis.url import read_address
from state.salts.day_salts import SALT_BYTES, DaySalts, SaltStore, SaltsUnavailable
from state.salts.stores import MemorySalts, RedisSalts, SaltFile
from tests.redis_server import RedisServer

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 3, 28, 23, 59, tzinfo=BERLIN).timestamp()
"""Of the day before the one with 23 hours."""

DAY_S = 86_400


@pytest.fixture(params=["memory", "file", "redis"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], SaltStore]:
    """Makes stores of one place, as the nodes or the starts of a server do."""
    if request.param == "memory":
        only = MemorySalts()
        return lambda: only
    if request.param == "file":
        return lambda: SaltFile(tmp_path / "visitors.db.salts")
    redis: RedisServer = request.getfixturevalue("redis_server")
    address = read_address(redis.journal(uuid4().hex))
    return lambda: RedisSalts(address)


def known(store: SaltStore, at: float) -> DaySalts:
    salts = DaySalts(store, BERLIN, lambda: at)
    assert not salts.are_known
    salts.refresh()
    assert salts.are_known
    return salts


def test_all_nodes_and_later_starts_of_a_day_have_the_same_salt(make_store):
    one, other = known(make_store(), EVENING), known(make_store(), EVENING - 3_600)
    assert one.today(EVENING) == other.today(EVENING)
    assert len(one.today(EVENING)) == SALT_BYTES
    assert one.yesterday(EVENING) is None


def test_at_midnight_all_nodes_have_another_one_and_know_the_one_before(make_store):
    one, other = known(make_store(), EVENING), known(make_store(), EVENING)
    before = one.today(EVENING)
    assert one.today(EVENING + 60) == other.today(EVENING + 60) != before
    assert one.yesterday(EVENING + 60) == before
    later = known(make_store(), EVENING + 3_600)  # a start after midnight
    assert (later.today(EVENING + 60), later.yesterday(EVENING + 60)) == (
        one.today(EVENING + 60),
        before,
    )


def test_a_day_is_one_of_the_time_zone_whatever_its_length(make_store):
    salts = known(make_store(), EVENING + 60)
    assert salts.today(EVENING + 23 * 3_600) == salts.today(EVENING + 60)
    assert salts.today(EVENING + 23 * 3_600 + 60) != salts.today(EVENING + 60)


def test_after_two_days_a_salt_is_gone(make_store):
    store = make_store()
    noon = EVENING - 12 * 3_600
    known(store, noon)
    known(store, noon + DAY_S)
    assert store.find("2026-03-28") is not None
    known(store, noon + 2 * DAY_S)
    if not isinstance(store, RedisSalts):  # there it expires by the clock of Redis
        assert store.find("2026-03-28") is None


def test_redis_forgets_a_salt_by_itself(redis_server: RedisServer):
    stream = uuid4().hex
    known(RedisSalts(read_address(redis_server.journal(stream))), EVENING)
    keys = redis_server.redis.keys(f"*{stream}*:salt:*")
    assert len(keys) == 2
    assert all(0 < redis_server.redis.ttl(key) <= 3 * DAY_S for key in keys)


def test_a_file_is_for_its_owner_alone_and_one_that_broke_off_is_made_anew(tmp_path: Path):
    path = tmp_path / "visitors.db.salts"
    known(SaltFile(path), EVENING)
    assert S_IMODE(path.stat().st_mode) == 0o600
    path.write_text('{"2026-0')
    known(SaltFile(path), EVENING)
    assert SaltFile(path).find("2026-03-28") is not None
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_store_that_fails_is_asked_again(tmp_path: Path):
    salts = DaySalts(SaltFile(tmp_path / "missing" / "x"), BERLIN, lambda: EVENING)
    with pytest.raises(SaltsUnavailable, match="No such file"):
        salts.refresh()
    assert not salts.are_known
    (tmp_path / "missing").mkdir()
    salts.refresh()
    assert salts.are_known
