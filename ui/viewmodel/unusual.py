"""The sentence under the number: how far it is from the usual, and what explains that."""

from collections.abc import Sequence
from typing import NamedTuple

from state import query
from state.alerting.query import difference
from state.changes.cause import Cause
from state.filtering.filter import Filter
from state.model import Model
from state.usual.band import Band
from ui.texts.text import Text, mark, text, text_in
from ui.viewmodel.alerts.sentences import FIELDS, percent

BASES = {
    "same weekday": mark("Usual for this time: the last four same weekdays"),
    "earlier days": mark("Usual for this time: the days before"),
    "last 3 hours": mark("Usual: the last three hours"),
}
LEAST_CHANGE = 5
LEAST_PART = 0.25
"""Of the people half an hour ago. Under a filter nothing is known to be usual: a smaller change
isn't worth a sentence."""


class Explanation(NamedTuple):
    """A name that explains the difference; a click filters by it. ``words`` come before it."""

    words: Text
    field: str
    name: str


class Unusual(NamedTuple):
    """``state``: above or below the usual, usual, changed (under a filter), or none where nothing
    can be said. ``basis`` says what it is compared with."""

    state: str
    text: Text | None
    basis: str
    because: list[Explanation]


NOTHING = Unusual("none", None, "", [])


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
        return Unusual("usual", _as_usual(now.usual), basis, [])
    because = explanations(query.why(model), is_less=now.beyond < 0)
    if now.beyond > 0:
        return Unusual("above", text("+{n} above usual", n=now.beyond), basis, because)
    return Unusual("below", text("\N{MINUS SIGN}{n} below usual", n=-now.beyond), basis, because)


def explanations(causes: Sequence[Cause], *, is_less: bool) -> list[Explanation]:
    """The place that people come from, with its share, and the page that they are on; where no
    place explains anything, the page with its share."""
    page = next((cause for cause in causes if cause.dimension == "pages"), None)
    origin = next((cause for cause in causes if cause.dimension != "pages"), None)
    named: list[Explanation] = []
    if origin is not None:
        named.append(_explanation(_share(origin, is_less=is_less), origin))
    if page is not None:
        words = text("→") if named else _share(page, is_less=is_less)
        named.append(_explanation(words, page))
    return named


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
    because = explanations(named, is_less=change < 0)
    more, less = text("+{n} in 30 min", n=change), text("\N{MINUS SIGN}{n} in 30 min", n=-change)
    basis = mark("Against half an hour ago")
    return Unusual("changed", more if change > 0 else less, basis, because)


def _share(cause: Cause, *, is_less: bool) -> Text:
    """The words before the name of a cause."""
    share, field = percent(cause), FIELDS[cause.dimension]
    if field == "country":
        if is_less:
            return text_in("country follows", "{share} % of that from", share=share)
        return text_in("country follows", "{share} % from", share=share)
    if field == "source":
        if is_less:
            return text_in("source follows", "{share} % of that from", share=share)
        return text_in("source follows", "{share} % from", share=share)
    return (
        text("{share} % of that on", share=share) if is_less else text("{share} % on", share=share)
    )


def _explanation(words: Text, cause: Cause) -> Explanation:
    return Explanation(words, FIELDS[cause.dimension], cause.name)


def _as_usual(band: Band) -> Text:
    return text("as usual ({low}\N{EN DASH}{high})", low=round(band.low), high=round(band.high))
