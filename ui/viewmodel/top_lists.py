"""The top lists: which there are, and their rows. A new dimension is one row of ``DIMENSIONS``."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from state import query
from state.counting.top_counter import OTHER
from state.filtering.filter import Filter
from state.model import Model
from ui.texts.text import mark

Period = Literal["now", "today"]
Kind = Literal["text", "path", "country", "visitor"]
Counts = dict[str, int]

ROWS = 50
PEOPLE_HERE = mark("people here now")
PEOPLE_WHO_MATCH = mark("people who match")
DONE = mark("completions, today")
VIEWS, VISITS = mark("views, today"), mark("visits, today")


class ShownDimension(NamedTuple):
    """``panel`` is the panel that shows it, one tab for each dimension. A click on a row of a
    period sets a field of the filter. ``fields`` are those of now and of today; None: the state
    doesn't count that period. ``of_today`` says what is counted today. One that ``is_optional`` is
    shown once something is counted: events that a person posts by hand have no browser."""

    name: str
    title: str
    panel: str
    of_today: str
    fields: tuple[str | None, str | None]
    kind: Kind
    is_optional: bool = False


DIMENSIONS = (
    ShownDimension("pages", mark("Pages"), "pages", VIEWS, ("on", "page"), "path"),
    ShownDimension("entries", mark("Entry"), "pages", VISITS, ("page", "page"), "path"),
    ShownDimension("exits", mark("Exit"), "pages", VISITS, (None, "page"), "path"),
    ShownDimension("goals", mark("Goals"), "pages", DONE, (None, None), "text", is_optional=True),
    ShownDimension("sources", mark("Sources"), "sources", VISITS, ("source", "source"), "text"),
    ShownDimension(
        "channels", mark("Channels"), "sources", VISITS, ("channel",) * 2, "text", is_optional=True
    ),
    ShownDimension(
        *("campaigns", mark("Campaigns"), "sources", VISITS, ("campaign",) * 2, "text"),
        is_optional=True,
    ),
    ShownDimension(
        "countries", mark("Countries"), "countries", VISITS, ("country",) * 2, "country"
    ),
    ShownDimension("devices", mark("Devices"), "devices", VISITS, ("device", "device"), "text"),
    ShownDimension(
        "browsers", mark("Browsers"), "devices", VISITS, ("browser",) * 2, "text", is_optional=True
    ),
    ShownDimension(
        "systems", mark("Systems"), "devices", VISITS, ("system",) * 2, "text", is_optional=True
    ),
    ShownDimension(
        "returning", mark("Visitors"), "devices", VISITS, ("returning", None), "visitor"
    ),
)


class ListRow(NamedTuple):
    """``change`` is the difference to five minutes ago, None if it is not known."""

    name: str
    count: int
    change: int | None = None


class Ranking(NamedTuple):
    """One dimension in one period: ``rows`` of the largest counts, all others in a last row; ``of``
    says what is counted; ``names`` is the number of all names, None if it is not
    known. ``field`` is the one of the filter that a click sets. ``engaged`` has
    the mean seconds for which pages were used, as far as signals tell it."""

    of: str
    names: int | None
    field: str
    rows: list[ListRow]
    engaged: dict[str, int] | None = None


TopLists = dict[str, dict[Period, Ranking]]
"""By the name of the dimension. A period whose numbers aren't counted is missing."""


def dimensions_of(panel: str) -> list[ShownDimension]:
    return [each for each in DIMENSIONS if each.panel == panel]


def top_lists(model: Model, filter_: Filter) -> TopLists:
    """All lists. Today is counted for everyone, so it is missing under a filter, but not in
    another window of the people. Both are missing of an optional one without names."""
    is_everyone = not filter_.values()
    lists: TopLists = {each.name: {} for each in DIMENSIONS}
    for name, _, _, of_today, (now, today), _, is_optional in DIMENSIONS:
        if is_optional and (now or today) and not query.is_counted(model, name):
            continue
        if now is not None:
            here = query.here_by(model, name, filter_, ROWS)
            rest = here.total - sum(here.counts.values())
            counts = here.counts | ({OTHER: rest} if rest else {})
            lists[name]["now"] = ranking(
                counts,
                PEOPLE_HERE if is_everyone else PEOPLE_WHO_MATCH,
                now,
                changes=here.changes,
                names=here.names,
            )
        if today is not None and is_everyone:
            of_day = query.today_by(model, name)
            lists[name]["today"] = ranking(of_day.counts, of_today, today, names=of_day.names)
    if model.day.goals and is_everyone:
        done = {name: goal.completions for name, goal in query.goals(model).items()}
        lists["goals"]["today"] = ranking(done, DONE, "", names=len(done))
    if model.day.engagement:
        for period, pages in lists["pages"].items():
            engaged = query.engaged(model, [row.name for row in pages.rows])
            lists["pages"][period] = pages._replace(engaged=engaged)
    return lists


def ranking(
    counts: Counts,
    of: str,
    field: str,
    *,
    changes: Sequence[int | None] = (),
    names: int | None = None,
) -> Ranking:
    """The rows of some counts, largest first, then by name; ``changes`` in the order of these."""
    changed = dict(zip(counts, changes, strict=False))
    named = [ListRow(name, n, changed.get(name)) for name, n in counts.items() if name != OTHER]
    named.sort(key=lambda row: (-row.count, row.name))
    if OTHER in counts:
        named.append(ListRow(OTHER, counts[OTHER]))
    return Ranking(of, names, field, named)
