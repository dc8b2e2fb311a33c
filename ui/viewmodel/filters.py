"""Filters as the page names them: in its address, as chips, and in the picker."""

from collections.abc import Generator, Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from state import query
from state.counting.top_counter import OTHER
from state.filtering.filter import EVERYTHING, FIELDS, Filter
from state.model import Model
from state.sessions.labels import NEW, RETURNING
from ui.texts.text import mark
from ui.viewmodel.sought import Sought

LONGEST_WINDOW_MIN = 30
SUGGESTED = 8
IN_THE_ADDRESS = {"true": RETURNING, "false": NEW}
"""How the address says, like REST, what kind of visitor."""

NO_COUNTRY = mark("“{name}” is no country of today.")
NO_PAGE = mark("“{name}” is no page of today.")
NO_SOURCE = mark("“{name}” is no source of today.")
NO_DEVICE = mark("“{name}” is no device of today.")
NO_CHANNEL = mark("“{name}” is no channel of today.")
NO_BROWSER = mark("“{name}” is no browser of today.")
NO_SYSTEM = mark("“{name}” is no system of today.")
NO_CAMPAIGN = mark("“{name}” is no campaign of today.")
NO_VISITOR = mark("“{name}” is no kind of visitor of today.")


class PickedField(NamedTuple):
    """A field of filters in the picker: ``dimension`` has its names, ``label`` stands before one,
    and ``unknown`` says that today there is none like that."""

    name: str
    label: str
    unknown: str
    dimension: str


PICKED = (
    PickedField("country", mark("Country"), NO_COUNTRY, "countries"),
    PickedField("on", mark("On page"), NO_PAGE, "pages"),
    PickedField("page", mark("Has seen"), NO_PAGE, "pages"),
    PickedField("source", mark("Source"), NO_SOURCE, "sources"),
    PickedField("device", mark("Device"), NO_DEVICE, "devices"),
    PickedField("channel", mark("Channel"), NO_CHANNEL, "channels"),
    PickedField("browser", mark("Browser"), NO_BROWSER, "browsers"),
    PickedField("system", mark("System"), NO_SYSTEM, "systems"),
    PickedField("campaign", mark("Campaign"), NO_CAMPAIGN, "campaigns"),
    PickedField("returning", mark("Visitor"), NO_VISITOR, "returning"),
)


class Option(NamedTuple):
    """A value that a field may get, and how many people there are with it."""

    field: str
    name: str
    count: int


def filter_of(values: Mapping[str, object], timeout_s: float) -> Filter:
    """The filter of the texts in the page's address. What can't be used selects all. ``minutes`` is
    the window of the people, of which the time after which a session ends is the usual one."""
    texts = {
        name: value[:longest]
        for name, longest in FIELDS
        if isinstance(value := values.get(name), str)
    }
    kind = texts.get("returning", "")
    texts["returning"] = IN_THE_ADDRESS.get(kind, kind if kind in (NEW, RETURNING) else "")
    chosen = Filter.of(texts)
    return Filter(chosen.country, chosen.page, chosen.on, chosen.labels, _window(values, timeout_s))


def _window(values: Mapping[str, object], timeout_s: float) -> float | None:
    text = str(values.get("minutes", ""))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST_WINDOW_MIN):
        return None
    return None if int(text) * 60 == timeout_s else int(text) * 60.0


def in_address(filter_: Filter) -> dict[str, str]:
    """The parameters of the address that stand for a filter."""
    values = filter_.values()
    if "returning" in values:
        values["returning"] = "true" if values["returning"] == RETURNING else "false"
    if filter_.within_s is not None:
        values["minutes"] = f"{filter_.within_s / 60:g}"
    return values


def unknown_fields(model: Model, filter_: Filter) -> list[str]:
    """The fields of a filter whose value is among no people here, and no names of today."""
    values = filter_.values()
    fields = [each.name for each in PICKED if each.name in values]
    return [field for field in fields if not _knows(model, field, values[field])]


def options(model: Model, sought: Sought) -> Generator[None, None, list[Option]]:
    """The values that are looked for, of each field those with the most people here; if there
    are none those that differ from it by a slip of the finger. In steps."""
    found: list[Option] = []
    for field, _, _, dimension in PICKED:
        is_meant = sought.is_country if field == "country" else query.never
        which = query.WhichList(dimension, EVERYTHING)
        names = yield from query.find_names(model, which, sought.text, SUGGESTED, is_meant)
        counts = names.counts or _of_today(model, dimension, sought.text, is_meant)
        found += [Option(field, name, count) for name, count in counts.items() if name]
    return found or list(_slips(model, sought.text))


def _knows(model: Model, field: str, name: str) -> bool:
    dimension = next(each.dimension for each in PICKED if each.name == field)
    if name in model.sessions.people.counter(dimension).counts:
        return True
    return dimension != "returning" and model.day.counter(dimension).knows(name)


def _of_today(model: Model, dimension: str, text: str, is_meant: query.IsMeant) -> dict[str, int]:
    """Names of today that are looked for, with nobody here."""
    if dimension == "returning":
        return {}
    looked = text.casefold()
    of_day = query.today_by(model, dimension).counts
    named = [name for name in of_day if name != OTHER]
    names = [name for name in named if looked in name.casefold() or is_meant(name)]
    return dict.fromkeys(names[:SUGGESTED], 0)


def _slips(model: Model, text: str) -> Iterable[Option]:
    for field, _, _, dimension in PICKED:
        here = query.here_by(model, dimension).counts
        folded = {name.casefold(): name for name in here}
        for name in get_close_matches(text.casefold(), folded, 1):
            yield Option(field, folded[name], here[folded[name]])
