"""What the page says about alerts and causes, made of their facts: ``state`` has sentences in
English alone, for the wire and for notices."""

import re
from collections.abc import Callable, Sequence

from state.alerts import Alert, Cause
from state.sessions.people import DIMENSIONS
from state.usual.minutes import RING_DAYS
from state.watching.sentences import explaining, lasted_minutes, shortened
from ui.texts.text import Text, named, plural, text, text_in
from ui.viewmodel.formats import THIN_SPACE

FIELDS = {each.name: each.field for each in DIMENSIONS}
"""The field of filters by which a cause is selected."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


def beginning(alert: Alert) -> Text:
    """What has started, or happened."""
    make = _BEGINNINGS.get(alert.kind or alert.rule)
    return as_it_is(alert.message) if make is None else make(alert)


def ending(alert: Alert) -> Text | None:
    """How it ended; None if it hasn't, and for what just happens."""
    if alert.end is None or alert.ended_at is None:
        return None
    if alert.is_dropped:
        return text("The rule {name} was changed", name=alert.rule)
    make = _ENDINGS.get(alert.kind or "")
    if make is None:
        return as_it_is(alert.end)
    before = alert.threshold if alert.kind == "silence" else 0  # it began before its alert
    return make(lasted_minutes(alert.ended_at - alert.at + 60 * before))


def reason(alert: Alert) -> Text | None:
    """What explains it, or what was seen with it."""
    if alert.state is None:
        visitors = alert.facts.visitors_last_minute
        if alert.rule == "spike":
            return plural(
                "1 visitor in the last minute", "{n} visitors in the last minute", visitors
            )
        return text("{n} of them in the last minute", n=visitors)
    if alert.kind is None:
        return as_it_is(alert.cause) if alert.cause else None
    return because(alert.causes, is_missing=alert.kind == "below") if alert.causes else None


def because(causes: Sequence[Cause], *, is_missing: bool) -> Text:
    """The cause, or the source and the page, that explain most: a sentence with names."""
    first, *pages = explaining(causes)
    who = _who(first, percent(causes[0]), is_missing)
    return text("{who} → {page}", who=who, page=shortened(pages[0].name)) if pages else who


def as_it_is(sentence: str) -> Text:
    """An English sentence of an alert whose kind isn't known: it is older than the kinds."""
    return (_THOUSANDS.sub(THIN_SPACE, sentence),)


def percent(cause: Cause) -> int:
    return round(cause.share * 100)


def _who(cause: Cause, share: int, is_missing: bool) -> Text:
    field = FIELDS[cause.dimension]
    values = {"share": share, "name": named(field, shortened(cause.name))}
    if field == "country":
        if is_missing:
            return text_in("country", "{share} % of those missing from {name}", **values)
        return text_in("country", "{share} % from {name}", **values)
    if field == "source":
        if is_missing:
            return text_in("source", "{share} % of those missing from {name}", **values)
        return text_in("source", "{share} % from {name}", **values)
    if is_missing:
        return text("{share} % of those missing on {name}", **values)
    return text("{share} % on {name}", **values)


def _above(alert: Alert) -> Text:
    if alert.usual is None:
        return text("Above usual: {people} here", people=alert.people)
    return text("Above usual: {people} here, usual {low} to {high}", **_numbers(alert))


def _below(alert: Alert) -> Text:
    if alert.usual is None:
        return text("Below usual: {people} here", people=alert.people)
    return text("Below usual: {people} here, usual {low} to {high}", **_numbers(alert))


def _numbers(alert: Alert) -> dict[str, int | None]:
    assert alert.usual is not None
    return {"people": alert.people, "low": round(alert.usual.low), "high": round(alert.usual.high)}


def _silence(alert: Alert) -> Text:
    if alert.usual is None:
        return text("No event for {minutes} min", minutes=alert.threshold)
    usual = round(alert.usual.median)
    return text(
        "No event for {minutes} min, usual {usual} here", minutes=alert.threshold, usual=usual
    )


def _record(alert: Alert) -> Text:
    return text(
        "Record: {people} here, the most in {days} days", people=alert.people, days=RING_DAYS
    )


def _new_source(alert: Alert) -> Text:
    cause = alert.causes[0]
    name = named(FIELDS[cause.dimension], shortened(cause.name))
    return text("New source: {people} here from {name}", people=cause.change, name=name)


_BEGINNINGS: dict[str, Callable[[Alert], Text]] = {
    "above": _above,
    "below": _below,
    "silence": _silence,
    "record": _record,
    "new_source": _new_source,
    "spike": lambda _: text("Visitor spike detected!"),
    "milestone": lambda alert: plural("1 visitor today", "{n} visitors today", alert.threshold),
}
"""By the kind of an alert about the usual, and by the rule of the others."""

_ENDINGS: dict[str, Callable[[int], Text]] = {
    "above": lambda minutes: text("Back to usual after {minutes} min", minutes=minutes),
    "below": lambda minutes: text("Back to usual after {minutes} min", minutes=minutes),
    "silence": lambda minutes: text("Events again after {minutes} min", minutes=minutes),
    "record": lambda minutes: text("The record is over after {minutes} min", minutes=minutes),
    "new_source": lambda minutes: text(
        "The new source is over after {minutes} min", minutes=minutes
    ),
}
