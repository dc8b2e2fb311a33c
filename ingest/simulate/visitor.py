"""One simulated visitor: a walk through the website."""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from ingest.simulate.audience import Person
from ingest.simulate.website import LEAVE, PAGES, PAID, pick, stay_s

SAYS_GOODBYE = 0.6
"""How many of those who leave send a ``session_end``."""

CLOSES_THE_TAB = 0.85
"""The same of the ``leave`` of a browser; the others are killed, or lose the network."""

BEAT_S = 30.0
USED = 0.7
CLICK_AFTER = 0.6
"""Share of the time on a page after which somebody clicks."""

PAYS_AGAIN = 0.7
BOT_PAUSE_S = 0.8
BOT_PAGES = 12

Fields = dict[str, Any]
"""An event as it is sent."""


def walk(
    person: Person,
    id: str,
    begun_s: float,
    dice: Random,
    can_pay: Callable[[float], bool],
    *,
    has_signals: bool = False,
) -> Iterator[Fields]:
    """The events of a visitor, in order. ``at`` of each is in seconds, and is taken out before it
    is sent. ``can_pay`` says whether the pay button works at a moment. A browser ``has_signals``:
    a heartbeat every half a minute on a page, and a ``leave`` in place of the ``session_end``."""
    event = partial(_event, person, id)
    at, name = begun_s, person.entry
    while name != LEAVE:
        page, came_at = PAGES[name], at
        yield event(at, "pageview", name)
        if page.signal:
            yield event(at, "custom", name, signal=page.signal)
        stay = stay_s(page, dice)
        if page.elements and dice.random() < page.clicks:
            yield event(at + stay * CLICK_AFTER, "click", name, element=dice.choice(page.elements))
        at += stay
        following = pick(page.next, dice)
        while following == PAID and not can_pay(at):
            yield event(at, "custom", name, signal="payment-failed")
            at += stay_s(page, dice)
            following = PAID if dice.random() < PAYS_AGAIN else LEAVE
        if has_signals:
            yield from _heartbeats(event, name, came_at, at)
        last, name = name, following
    if has_signals:
        if dice.random() < CLOSES_THE_TAB:
            yield event(at, "leave", last) | _signal(min(at - came_at, BEAT_S))
    elif dice.random() < SAYS_GOODBYE:
        yield event(at, "session_end", last)


def crawl(
    person: Person, id: str, begun_s: float, dice: Random, *, has_signals: bool = False
) -> Iterator[Fields]:
    """The events of a bot: one page after the other, as fast as it can. Where a browser
    ``has_signals`` its name gives a bot away."""
    for number in range(dice.randint(1, BOT_PAGES)):
        at = begun_s + number * BOT_PAUSE_S
        event = _event(person, id, at, "pageview", dice.choice(list(PAGES)))
        yield event | {"is_bot": True} if has_signals else event


def _heartbeats(
    event: Callable[..., Fields], page: str, came_at: float, left_at: float
) -> Iterator[Fields]:
    at = came_at + BEAT_S
    while at < left_at:
        yield event(at, "heartbeat", page) | _signal(BEAT_S)
        at += BEAT_S


def _signal(seconds: float) -> Fields:
    """What a signal says of the seconds before it: a part of them was used."""
    return {"engagedMs": int(seconds * USED * 1000), "scroll": 80}


def _event(
    person: Person, id: str, at: float, kind: str, page: str, *, signal: str = "", element: str = ""
) -> Fields:
    """One event. ``signal`` is the name of a custom one, ``element`` what a click is about."""
    metadata = {"device": person.device, "referrer": person.source, "element": element}
    event = {
        **{"at": at, "type": kind, "sessionId": id, "page": page, "country": person.country},
        "metadata": {name: value for name, value in metadata.items() if value},
    }
    return {**event, "name": signal} if signal else event
