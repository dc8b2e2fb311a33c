"""Applies journal records: first to the model, then to the viewers. At a start it begins with a
checkpoint or the first record."""

from collections.abc import Callable
from time import perf_counter

from msgspec import Struct

from ingest.pipeline.ledger import Ledger
from state.alerts import Alert
from state.applied import Applied
from state.event import Event, Logout, Reset
from state.journal.base import Journal, Record, RecordHandler
from state.model import Model
from state.sites.checkpoint import SitesLoader
from state.sites.site import Site
from state.sites.sites import SitePart, Sites


class Timing(Struct):
    """The cost of records, in seconds."""

    records: int = 0
    apply_s: float = 0.0
    publish_s: float = 0.0
    longest_s: float = 0.0

    def add(self, apply_s: float, publish_s: float) -> None:
        self.records += 1
        self.apply_s += apply_s
        self.publish_s += publish_s
        self.longest_s = max(self.longest_s, apply_s + publish_s)


class Applier(RecordHandler[Applied]):
    """Applies each record and publishes its messages. While ``is_live`` is False records are of the
    past: their messages are only kept for viewers that resume. ``logged_out`` is called with each
    login that an entry ends, ``alerted`` with each alert of a live record and its site."""

    def __init__(
        self,
        journal: Journal[Applied],
        sites: Sites,
        ledger: Ledger,
        clock: Callable[[], float],
        logged_out: Callable[[str], None],
        alerted: Callable[[Alert, Site], None],
    ) -> None:
        self.is_live = False
        self._since_checkpoint = 0
        self.timing = Timing()
        self._journal = journal
        self._sites = sites
        self._ledger = ledger
        self._clock = clock
        self._logged_out = logged_out
        self._alerted = alerted
        sites.on_begin(self._site_begun)

    def apply(self, record: Record) -> Applied:
        self._since_checkpoint += len(record.what)
        handle = self._handle if self.is_live else self._replay
        if self._sites.is_one:
            applied = handle(self._sites.first, record)
        else:
            applied = _joined(
                record,
                [(part, handle(part.site, part.record)) for part in self._sites.parts(record)],
            )
        if self.is_live:
            self._pass_on(record)
        return applied

    @property
    def since_checkpoint(self) -> int:
        """Journal entries since the latest checkpoint."""
        return self._since_checkpoint

    def count_checkpoint(self, entries: int) -> None:
        """Note that a checkpoint holds the first ``entries`` of ``since_checkpoint``."""
        self._since_checkpoint -= entries

    def start_over(self) -> None:
        self.is_live = False
        self._since_checkpoint = 0
        for site in self._sites:
            site.hub.forget_messages()
            site.hub.forget_epochs()
            site.analytics.replace_model(Model(site.model.options))

    def checkpoint_loader(self) -> SitesLoader:
        return SitesLoader(self._sites)

    def caught_up(self) -> None:
        self.is_live = True
        for site in self._sites:
            site.model.raised.clear()
            self._begin_epoch(site)

    def life_ended(self, life: str) -> None:
        for site in self._sites:
            site.hub.end_epoch(self._epoch(life, site))

    def _site_begun(self, site: Site) -> None:
        if self.is_live:
            self._begin_epoch(site)

    def _begin_epoch(self, site: Site) -> None:
        site.hub.begin_epoch(self._epoch(self._journal.life, site), self._clock())

    def _handle(self, site: Site, record: Record) -> Applied:
        """Apply a record, and publish its messages."""
        began = perf_counter()
        has_audience = site.hub.has_audience(record.at)
        if has_audience is not site.analytics.has_audience:
            _set_audience(site, has_audience)
        applied = site.analytics.apply(record)
        applied_at = perf_counter()
        site.hub.publish(applied.messages)
        raised = site.model.raised
        while raised:
            self._alerted(raised.popleft(), site)
        self.timing.add(applied_at - began, perf_counter() - applied_at)
        return applied

    def _pass_on(self, record: Record) -> None:
        """Pass on what concerns more than the numbers of a site."""
        for entry in record.what:
            if isinstance(entry, Reset) and self._sites.is_one:
                self._ledger.clear()
            elif isinstance(entry, Logout):
                self._logged_out(entry.login)

    def _replay(self, site: Site, record: Record) -> Applied:
        """Apply a record of the past. Messages are made only if it is late enough for the replay
        buffer."""
        buffer, progress = site.hub.replay_buffer, self._journal.progress
        has_audience = (
            progress.total - progress.done <= buffer.most
            and record.at > self._clock() - buffer.most_s
        )
        if has_audience is not site.analytics.has_audience:
            _set_audience(site, has_audience)
        applied = site.analytics.apply(record)
        site.hub.fill_replay_buffer(applied.messages)
        return applied

    def _epoch(self, life: str, site: Site) -> str:
        """The epoch on the wire: with other settings the same records have other messages, and each
        site has messages of its own."""
        epoch = f"{life}-{site.analytics.meaning:016x}"
        return f"{epoch}-{site.key}" if site.key else epoch


def _set_audience(site: Site, has_audience: bool) -> None:
    """Make messages from now on, or don't. Without them the replay buffer would have a gap, so it
    is cleared."""
    site.analytics.has_audience = has_audience
    if not has_audience:
        site.hub.forget_messages()


def _joined(record: Record, results: list[tuple[SitePart, Applied]]) -> Applied:
    """The result of a record by the results of its parts."""
    events = sum(isinstance(entry, Event) for entry in record.what)
    joined = Applied([], max([record.at, *(one.at for _, one in results)]), events, {})
    for part, one in results:
        joined.messages += one.messages
        for place, known_at in one.duplicates.items():
            joined.duplicates[part.places[place]] = known_at
    return joined
