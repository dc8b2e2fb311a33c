"""The top lists: which there are, and their rows. A new dimension is one row of ``DIMENSIONS``."""

from typing import Literal, NamedTuple

from state.counting.top_counter import OTHER
from state.query import Audience
from state.wire.types import Figures

Period = Literal["now", "today"]
Kind = Literal["text", "path", "country"]
Counts = dict[str, int]


class Dimension(NamedTuple):
    """``panel`` is the panel that shows it, one tab for each dimension. ``field`` is the field of
    the filter that a click sets, None if there isn't any. ``unit`` is what is counted today."""

    name: str
    title: str
    panel: str
    unit: str
    field: Literal["country", "page"] | None
    kind: Kind


DIMENSIONS = (
    Dimension("pages", "Pages", "pages", "views", "page", "path"),
    Dimension("referrers", "Sources", "sources", "visits", None, "text"),
    Dimension("countries", "Countries", "countries", "visits", "country", "country"),
    Dimension("devices", "Devices", "devices", "visits", None, "text"),
)


PEOPLE = "people here"
"""The unit of what is counted now."""


class ListRow(NamedTuple):
    """``change`` is the difference to five minutes ago, None if it is not known."""

    name: str
    count: int
    change: int | None = None


class Ranking(NamedTuple):
    """One dimension in one period: ``rows`` of the largest counts, all others in a last row, in
    ``unit``; ``of`` says what is counted; ``names`` is the number of all names, None if it is not
    known."""

    unit: str
    of: str
    names: int | None
    rows: list[ListRow]


TopLists = dict[str, dict[Period, Ranking]]
"""By the name of the dimension. A period whose numbers aren't counted is missing."""


def dimensions_of(panel: str) -> list[Dimension]:
    return [each for each in DIMENSIONS if each.panel == panel]


def top_lists(numbers: Figures, audience: Audience, *, is_filtered: bool) -> TopLists:
    """All lists. What is filtered is counted among the active sessions alone."""
    counts: dict[str, Counts] = {"pages": numbers.pages_visited or {}, **audience._asdict()}
    if not is_filtered:
        return {
            each.name: {"today": ranking(counts[each.name], each.unit, "today")}
            for each in DIMENSIONS
        }
    return {
        each.name: {"now": ranking(counts[each.name], _unit_now(each), "who match")}
        for each in DIMENSIONS
    }


def _unit_now(dimension: Dimension) -> str:
    return PEOPLE if dimension.unit == "visits" else f"{dimension.unit} of {PEOPLE}"


def ranking(counts: Counts, unit: str, of: str, changes: Counts | None = None) -> Ranking:
    """The rows of some counts, largest first, then by name."""
    changes = changes or {}
    named = [ListRow(name, n, changes.get(name)) for name, n in counts.items() if name != OTHER]
    named.sort(key=lambda row: (-row.count, row.name))
    if OTHER not in counts:
        return Ranking(unit, of, len(named), named)
    return Ranking(unit, of, None, [*named, ListRow(OTHER, counts[OTHER])])


def names(counts: Counts) -> list[str]:
    return sorted(name for name in counts if name != OTHER)
