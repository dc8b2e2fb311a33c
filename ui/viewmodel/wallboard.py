"""The wallboard as its address wants it."""

from collections.abc import Mapping
from typing import NamedTuple

from ui.viewmodel.filters import PICKED
from ui.viewmodel.top_lists import DIMENSIONS
from ui.viewmodel.view import View

PLACES = 3
"""Lists that are shown at once."""

ROWS = 6
STANDARD = ("pages", "sources", "countries")
SHORTEST_S, LONGEST_S = 5, 3600


class Wall(NamedTuple):
    """``lists`` are the names of their dimensions, in the order in which they take turns, each
    ``rotate_s`` seconds; 0: the first three stay."""

    lists: tuple[str, ...]
    rotate_s: int


def wall_of(values: Mapping[str, str]) -> Wall | None:
    """The wallboard of the parameters of the address, None without ``tv=1``. What can't be used
    has no effect."""
    if values.get("tv") != "1":
        return None
    rotate_s = _seconds(values.get("rotate", ""))
    wanted = dict.fromkeys(each.strip() for each in values.get("panels", "").split(","))
    known = {each.name for each in DIMENSIONS}
    lists = list(dict.fromkeys([*(name for name in wanted if name in known), *STANDARD]))
    named = sum(name in known for name in wanted)
    if rotate_s and named <= PLACES:
        of_now = [each.name for each in DIMENSIONS if each.fields[0] is not None]
        return Wall(tuple(dict.fromkeys([*lists, *of_now])), rotate_s)
    return Wall(tuple(lists[: max(PLACES, named)] if rotate_s else lists[:PLACES]), rotate_s)


def filter_names(view: View) -> list[tuple[str, str, str]]:
    """The label, the field and the value of each filter, which the wallboard names: "Country India
    · Has seen /blog"."""
    values = view.filter.values()
    return [(each.label, each.name, values[each.name]) for each in PICKED if each.name in values]


def _seconds(text: str) -> int:
    """0 for what is no number of seconds; the nearest that is possible for one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        return 0
    return min(LONGEST_S, max(SHORTEST_S, int(text)))
