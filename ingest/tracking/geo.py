"""Countries of addresses, by a database in a file."""

from functools import lru_cache
from typing import Any

import maxminddb

from ingest.tracking.steps.country import Locate
from state.settings.settings import SettingsError

ADDRESSES = 4_096


def open_locator(path: str) -> Locate:
    """A look-up of country codes in an .mmdb file; without a file nothing is found.

    Raises:
        SettingsError: the file can't be used.
    """
    if not path:
        return lambda _: None
    try:
        database = maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise SettingsError(f"geo_database: {path} can't be used: {error}") from error

    @lru_cache(ADDRESSES)
    def locate(address: str) -> str | None:
        try:
            found: Any = database.get(address.partition("/")[0])
        except ValueError:
            return None
        country = found.get("country") if isinstance(found, dict) else None
        code = country.get("iso_code") if isinstance(country, dict) else country
        return code if isinstance(code, str) else None

    return locate
