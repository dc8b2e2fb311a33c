"""Opens the place where the salts of a journal are kept."""

from pathlib import Path

from state.journal.factory import SQLITE
from state.journal.redis.url import is_redis, read_address
from state.journal.sqlite.files import real_path
from state.salts.day_salts import SaltStore
from state.salts.stores import MemorySalts, RedisSalts, SaltFile


def open_salts(journal: str) -> SaltStore:
    """The store beside a journal, which is named as in the settings."""
    if is_redis(journal):
        return RedisSalts(read_address(journal))
    if journal.startswith(SQLITE):
        path = real_path(Path(journal.removeprefix(SQLITE)))
        return SaltFile(path.with_name(f"{path.name}.salts"))
    return MemorySalts()
