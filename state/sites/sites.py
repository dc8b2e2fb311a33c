"""All sites, and which of them a record of the journal changes."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from state.event import Entry, Event, Logout, Tick
from state.journal.base import Record
from state.settings.site_names import DEFAULT
from state.sites.keys import SiteKeys
from state.sites.site import Site


class SitePart(NamedTuple):
    """What a record has for one site. ``places`` are those of its events among all events of the
    record."""

    site: Site
    record: Record
    places: Sequence[int]


_ONE_PLACE = (0,)


class Sites:
    """The sites by key, in the order in which they began. ``make`` builds an empty one of a key, a
    name and hosts. A site is a function of its own entries and of time: no other site changes its
    messages."""

    def __init__(self, keys: SiteKeys, make: Callable[[str, str, tuple[str, ...]], Site]) -> None:
        self.keys = keys
        self._make = make
        self._by_key: dict[str, Site] = {}
        self._listeners: list[Callable[[Site], None]] = []
        for name in keys.names.hosts:
            self._begin(keys.stored(name))
        self.first = self._by_key[keys.first]

    def __iter__(self) -> Iterator[Site]:
        return iter(list(self._by_key.values()))

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def is_one(self) -> bool:
        """True without the setting: then nothing tells of sites."""
        return self.keys.names.is_one

    def on_begin(self, begun: Callable[[Site], None]) -> None:
        """Have ``begun`` called with each later site."""
        self._listeners.append(begun)

    def named(self, name: str | None) -> Site | None:
        """The site of a name, the first one without; None if there is none of that name."""
        return self._by_key.get(self.keys.stored(name)) if name else self.first

    def at(self, key: str) -> Site | None:
        """The site of a journal's key, begun if need be; None if the settings have none. The first
        one has the entries from before there were sites, and those of a site for which there was
        no room any more when it began: one batch can name many."""
        site = self._by_key.get(key)
        if site is not None:
            return site
        if self.keys.has_room(key):
            return self._begin(key)
        return self.first if not key or self.keys.names.is_open else None

    def is_running(self, key: str, session_id: str) -> bool:
        """True if a session of the site of that key is active."""
        site = self._by_key.get(key)
        return site is not None and session_id in site.model.sessions.running

    def parts(self, record: Record) -> list[SitePart]:
        """The parts of a record by site, in the order of their first entries. A tick is for the
        sites where something is due, a logout for the first one."""
        if len(record.what) == 1 and isinstance(event := record.what[0], Event):
            only = self.at(event.site)
            return [] if only is None else [SitePart(only, record, _ONE_PLACE)]
        parts: dict[str, tuple[Site, list[Entry], list[int]]] = {}
        events = 0
        for entry in record.what:
            for site in self._sites_of(entry, record.at):
                _, entries, places = parts.setdefault(site.key, (site, [], []))
                entries.append(entry)
                if isinstance(entry, Event):
                    places.append(events)
            events += isinstance(entry, Event)
        return [
            SitePart(site, Record(record.seq, record.at, tuple(entries)), places)
            for site, entries, places in parts.values()
        ]

    def due(self, now: float) -> bool:
        """True when a tick at ``now`` would change something."""
        return any(site.analytics.due(now) for site in self._by_key.values())

    def prune(self) -> None:
        """Drop stale queue entries of all sites. No answer changes."""
        for site in self._by_key.values():
            site.analytics.prune()

    def _sites_of(self, entry: Entry, at: float) -> list[Site]:
        if isinstance(entry, Tick):
            return [site for site in self._by_key.values() if site.analytics.due(at)]
        if isinstance(entry, Logout):
            return [self.first]
        site = self.at(entry.site)
        return [] if site is None else [site]

    def _begin(self, key: str) -> Site:
        name = key or DEFAULT
        site = self._make(key, name, self.keys.names.hosts.get(name, ()))
        self._by_key[key] = site
        self.keys.add(key)
        for begun in self._listeners:
            begun(site)
        return site
