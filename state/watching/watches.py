"""All alert rules about the usual, and their alerts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from msgspec.structs import replace

from state.alert_rules.rule import AlertRule
from state.alerts import Alert, Facts
from state.checkpoint_pieces import Piece
from state.usual.band import Bands
from state.usual.history import PeopleAt, PeopleHistory
from state.watching.conditions import Sight
from state.watching.watch import OPPOSITE, KeptWatch, RuleWatch


class KeptWatches(Piece):
    """The rules and their states."""

    watches: list[KeptWatch]


class Watches:
    """Looks at each moment of ``people``. The rules outlive a reset; their states don't. ``new``
    are the moments that ``see`` hasn't looked at."""

    def __init__(self, rules: Iterable[AlertRule], people: PeopleHistory, zone: tzinfo) -> None:
        self._watches = [RuleWatch(rule) for rule in rules]
        self._people = people
        self.bands = Bands(people.minutes, zone)
        self.new: list[PeopleAt] = []

    @property
    def rules(self) -> tuple[AlertRule, ...]:
        return tuple(watch.rule for watch in self._watches)

    @property
    def active(self) -> list[Alert]:
        """The alerts that have started and not ended."""
        return [watch.alert for watch in self._watches if watch.alert is not None]

    def see(self, latest_at: float, facts: Facts, newcomers: Mapping[str, int]) -> Iterator[Alert]:
        """Yields the alerts that start or end at the new moments. ``latest_at`` is the time of the
        latest event before them, ``newcomers`` are the people from each new source."""
        moments, self.new = self.new, []
        opposites = self._opposites()
        for moment in moments:
            sight = self._sight(moment, latest_at, newcomers)
            for watch in self._watches:
                if sight is None:
                    watch.pause()
                elif (alert := watch.see(sight, facts, opposites.get(watch.rule.kind))) is not None:
                    yield alert

    def replace_rules(self, rules: Sequence[AlertRule], at: float, facts: Facts) -> Iterator[Alert]:
        """Set other rules. Yields the alerts that end with the rules that are gone or changed."""
        same = {watch.rule: watch for watch in self._watches if watch.rule in rules}
        gone = [watch for watch in self._watches if watch.rule not in same]
        self._watches = [same.get(rule) or RuleWatch(rule) for rule in rules]
        yield from (alert for watch in gone if (alert := watch.drop(at, facts)) is not None)

    def change(self, alert: Alert) -> None:
        """Continue an active alert with other data: its id, its cause, who has seen it."""
        for watch in self._watches:
            if watch.alert is not None and watch.rule.name == alert.rule:
                watch.alert = replace(alert, state="started")

    def dump(self) -> KeptWatches:
        return KeptWatches([watch.dump() for watch in self._watches])

    def load(self, kept: KeptWatches) -> None:
        self._watches = [RuleWatch(each.rule) for each in kept.watches]
        for watch, each in zip(self._watches, kept.watches, strict=True):
            watch.load(each)

    def _opposites(self) -> dict[str, RuleWatch]:
        """The watch of the opposite kind whose alert lasts, or ended latest, by kind."""
        oldest_first = sorted(self._watches, key=lambda watch: watch.latest_at)
        return {
            OPPOSITE[watch.rule.kind]: watch
            for watch in oldest_first
            if watch.rule.kind in OPPOSITE
        }

    def _sight(
        self, moment: PeopleAt, latest_at: float, newcomers: Mapping[str, int]
    ) -> Sight | None:
        if moment.people is None:
            return None
        people = self._people
        return Sight(
            moment.at,
            moment.people,
            self.bands.at(moment.at),
            latest_at,
            max(latest_at, people.known_since),
            moment.peak,
            people.minutes.known,
            newcomers,
        )
