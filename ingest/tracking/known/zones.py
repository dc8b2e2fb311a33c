"""Countries of time zones, by tzdata."""

from functools import cache
from importlib.resources import files

ZONES = files("tzdata") / "zoneinfo"


def country_code_in(zone: str) -> str | None:
    """The ISO code of two letters of the country that a time zone is for: ``Europe/Berlin`` → DE.
    Old names count: ``Asia/Calcutta`` is ``Asia/Kolkata``. None for a zone of no country."""
    return _codes().get(zone)


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for line in (ZONES / "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            codes[zone] = code
    for line in (ZONES / "tzdata.zi").read_text().splitlines():
        if line.startswith("L "):  # a link: its target, and the old name
            _, target, name = line.split()
            if target in codes:
                codes.setdefault(name, codes[target])
    return codes
