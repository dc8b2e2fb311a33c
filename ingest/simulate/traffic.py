"""The traffic of a scenario: events in the order of their time."""

from collections.abc import Callable, Iterator
from functools import cache
from heapq import heappop, heappush
from random import Random

from ingest.simulate.audience import Person
from ingest.simulate.scenarios import Moment, Scenario, extra_visitor, ordinary_visitor
from ingest.simulate.visitor import Fields, crawl, walk

WARM_UP_S = 240.0
"""People have been coming for so long when the traffic begins: the rate is right from the start."""

BOTS = 0.03
"""Part of the visitors of an ordinary website."""

STEP_S = 0.25
"""Visitors of a step begin at random moments of it."""

SAMPLE = 2_000


class Traffic:
    """Generates ``rate`` events a second on average, as far as the scenario says so. The same seed
    gives the same events. ``hour`` gives the hour of the day in UTC after so many seconds. With
    ``has_signals`` visitors have browsers that tell when they leave, and some are bots."""

    def __init__(
        self,
        scenario: Scenario,
        rate: float,
        seed: int,
        hour: Callable[[float], float],
        *,
        has_signals: bool = False,
    ) -> None:
        self._has_signals = has_signals
        self._scenario = scenario
        self._dice = Random(seed)
        self._hour = hour
        self._visitors_a_s = rate / events_each()
        self._prefix = f"{self._dice.getrandbits(32):08x}"
        self._made = self._sent = 0
        self._begun_until = -WARM_UP_S
        self._walks: list[tuple[float, int, Fields, Iterator[Fields]]] = []
        for _ in self._events(0.0):
            pass

    def until(self, elapsed_s: float) -> list[Fields]:
        """The events up to that moment which weren't returned before."""
        return [self._numbered(event) for event in self._events(elapsed_s)]

    def _events(self, until: float) -> Iterator[Fields]:
        while self._begun_until < until:
            self._begin_visitors()
        while self._walks and self._walks[0][0] <= until:
            _, number, event, others = heappop(self._walks)
            self._push(number, others)
            del event["at"]
            yield event

    def _begin_visitors(self) -> None:
        """Begin the visitors of one step."""
        at, scenario, dice = self._begun_until, self._scenario, self._dice
        self._begun_until += STEP_S
        moment = scenario.moment(at) if at >= 0 else Moment()
        hour = self._hour(at) if scenario.hour is None else scenario.hour
        for _ in range(self._how_many(moment.ordinary)):
            self._begin(ordinary_visitor(hour, dice))
        for _ in range(self._how_many(moment.extra)):
            self._begin(extra_visitor(scenario, hour, dice), is_bot=scenario.is_bots)

    def _how_many(self, times: float) -> int:
        """A random number with the right mean."""
        mean = self._visitors_a_s * times * STEP_S
        return int(mean) + (self._dice.random() < mean % 1)

    def _begin(self, person: Person, *, is_bot: bool = False) -> None:
        self._made += 1
        id = f"{self._prefix}-{self._made:06x}"
        at = self._begun_until - STEP_S * self._dice.random()
        dice = Random(self._dice.getrandbits(64))  # its own: others may walk meanwhile, or later
        has_signals = self._has_signals
        if is_bot or (has_signals and dice.random() < BOTS):
            events = crawl(person, id, at, dice, has_signals=has_signals)
        else:
            events = walk(person, id, at, dice, self._can_pay, has_signals=has_signals)
        self._push(self._made, events)

    def _can_pay(self, at: float) -> bool:
        return at < 0 or not self._scenario.moment(at).is_checkout_down

    def _push(self, number: int, events: Iterator[Fields]) -> None:
        event = next(events, None)
        if event is not None:
            heappush(self._walks, (event["at"], number, event, events))

    def _numbered(self, event: Fields) -> Fields:
        """With an id, so that the event may be sent again."""
        self._sent += 1
        numbered = {**event, "eventId": f"{self._prefix}-{self._sent}"}
        return numbered | {"tab": event["sessionId"]} if self._has_signals else numbered


@cache
def events_each() -> float:
    """The mean number of events of an ordinary visitor."""
    dice = Random(0)
    people = (ordinary_visitor(12.0, dice) for _ in range(SAMPLE))
    return (
        sum(sum(1 for _ in walk(each, "", 0.0, dice, lambda _: True)) for each in people) / SAMPLE
    )
