"""One simulated visitor: a walk through the website."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from ingest.simulate.audience import Person
from ingest.simulate.website import LEAVE, PAGES, PAID, pick, stay_s

SAYS_GOODBYE = 0.6
"""How many of those who leave send a ``session_end``."""

CLICK_AFTER = 0.6
"""Share of the time on a page after which somebody clicks."""

PAYS_AGAIN = 0.7
BOT_PAUSE_S = 0.8
BOT_PAGES = 12

Fields = dict[str, Any]
"""An event as it is sent."""


def walk(
    person: Person, id: str, begun_s: float, dice: Random, can_pay: Callable[[float], bool]
) -> Iterator[Fields]:
    """The events of a visitor, in order. ``at`` of each is in seconds, and is taken out before it
    is sent. ``can_pay`` says whether the pay button works at a moment."""
    metadata: Fields = {"device": person.device}
    if person.source:
        metadata["referrer"] = person.source
    at, name = begun_s, person.entry
    while name != LEAVE:
        page = PAGES[name]

        def event(kind: str, at: float, where: str = name, **more: Any) -> Fields:
            return {
                **{"at": at, "type": kind, "sessionId": id, "page": where},
                **{"country": person.country, "metadata": metadata, **more},
            }

        yield event("pageview", at)
        if page.signal:
            yield event("custom", at, name=page.signal)
        stay = stay_s(page, dice)
        if page.elements and dice.random() < page.clicks:
            element = dice.choice(page.elements)
            yield event("click", at + stay * CLICK_AFTER, metadata={**metadata, "element": element})
        at += stay
        following = pick(page.next, dice)
        while following == PAID and not can_pay(at):
            yield event("custom", at, name="payment-failed")
            at += stay_s(page, dice)
            following = PAID if dice.random() < PAYS_AGAIN else LEAVE
        name = following
    if dice.random() < SAYS_GOODBYE:
        yield event("session_end", at)


def crawl(person: Person, id: str, begun_s: float, dice: Random) -> Iterator[Fields]:
    """The events of a bot: one page after the other, as fast as it can."""
    for number in range(dice.randint(1, BOT_PAGES)):
        yield {
            **{"at": begun_s + number * BOT_PAUSE_S, "type": "pageview", "sessionId": id},
            **{"page": dice.choice(list(PAGES)), "country": person.country},
            "metadata": {"device": person.device},
        }
