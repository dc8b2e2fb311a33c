"""The sentence under the number: how far it is from the usual, and what explains that."""

from collections.abc import Sequence
from typing import NamedTuple

from state import query
from state.alerting.query import difference
from state.changes.cause import Cause
from state.filtering.filter import Filter
from state.model import Model
from state.usual.band import Band
from ui.viewmodel.alerts import FIELDS
from ui.viewmodel.formats import count

MINUS = "\N{MINUS SIGN}"
BASES = {
    "same weekday": "Usual for this time: the last four same weekdays",
    "earlier days": "Usual for this time: the days before",
    "last 3 hours": "Usual: the last three hours",
}
LEAST_CHANGE = 5
LEAST_PART = 0.25
"""Of the people half an hour ago. Under a filter nothing is known to be usual: a smaller change
isn't worth a sentence."""


class Explanation(NamedTuple):
    """A name that explains the difference; a click filters by it."""

    words: str
    field: str
    name: str


class Unusual(NamedTuple):
    """``state``: above or below the usual, usual, changed (under a filter), or none where nothing
    can be said."""

    state: str
    text: str
    basis: str
    because: list[Explanation]


NOTHING = Unusual("none", "", "", [])


def unusual(model: Model, filter_: Filter, people: int | None) -> Unusual:
    """What can be said about the number of people now. The usual is known for everyone alone:
    under a filter there is the change of half an hour, if it is a large one with a cause."""
    if filter_:
        return NOTHING if people is None else _change(query.why(model, filter_), filter_, people)
    now = difference(model)
    if now.usual is None or now.beyond is None:
        return NOTHING
    basis = BASES[now.usual.basis]
    if not now.beyond:
        return Unusual("usual", f"as usual ({_range(now.usual)})", basis, [])
    because = explanations(query.why(model), "from" if now.beyond > 0 else "of that from")
    if now.beyond > 0:
        return Unusual("above", f"+{count(now.beyond)} above usual", basis, because)
    return Unusual("below", f"{MINUS}{count(-now.beyond)} below usual", basis, because)


def explanations(causes: Sequence[Cause], word: str) -> list[Explanation]:
    """The place that people come from, with its share, and the page that they are on; where no
    place explains anything, the page with its share."""
    page = next((cause for cause in causes if cause.dimension == "pages"), None)
    origin = next((cause for cause in causes if cause.dimension != "pages"), None)
    named: list[Explanation] = []
    if origin is not None:
        named.append(_explanation(f"{origin.share:.0%} {word}", origin))
    if page is not None:
        words = "→" if named else f"{page.share:.0%} {word.replace('from', 'on')}"
        named.append(_explanation(words, page))
    return [
        each._replace(words=each.words.replace("%", "\N{NARROW NO-BREAK SPACE}%")) for each in named
    ]


def _change(causes: Sequence[Cause], filter_: Filter, people: int) -> Unusual:
    """What is filtered by explains nothing."""
    chosen = filter_.values()
    named = [each for each in causes if FIELDS[each.dimension] not in chosen]
    if not named:
        return NOTHING
    change = round(named[0].change / named[0].share)
    before = people - change
    if abs(change) < max(LEAST_CHANGE, LEAST_PART * before):
        return NOTHING
    sign, word = ("+", "from") if change > 0 else (MINUS, "of that from")
    text = f"{sign}{count(abs(change))} in 30 min"
    return Unusual("changed", text, "Against half an hour ago", explanations(named, word))


def _explanation(words: str, cause: Cause) -> Explanation:
    return Explanation(words, FIELDS[cause.dimension], cause.name)


def _range(band: Band) -> str:
    return f"{count(round(band.low))}\N{EN DASH}{count(round(band.high))}"
