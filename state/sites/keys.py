"""Finds the site that an event belongs to."""

from state.settings.site_names import ALLOWED, DEFAULT, SiteNames, is_key, plain_host


class SiteKeys:
    """The keys of all sites, and what may become one. In journals the one site without the setting
    has the empty key: its events are as they were before there were sites."""

    def __init__(self, names: SiteNames) -> None:
        self.names = names
        self.first = "" if names.is_one or names.is_open else next(iter(names.hosts))
        self._known = {self.stored(key) for key in names.hosts}
        self._of_host = {
            plain_host(host): key for key, hosts in names.hosts.items() for host in hosts
        }

    def find(self, site: str | None, host: str = "") -> str | None:
        """The key of an event's site, as journals have it: what the event names, else by the
        ``host`` of its page (in lower case, without ``www.``), else the first. None for a site that
        isn't allowed."""
        if self.names.is_one:
            return ""
        if site is None or site == "":
            found = self._of_host.get(host, self.first)
            return (self._possible(host) or found) if self.names.is_open and host else found
        return self._possible(site)

    def of_vendor(self, name: object, host: str) -> str | None:
        """The site to name for another vendor's ``name`` of a website: a key, or a host. None where
        the ``host`` of the page says the site, or there is only one."""
        if self.names.is_one or not isinstance(name, str) or not name:
            return None
        key, known = name.lower(), self._of_host.get(plain_host(name))
        if known is not None or self.stored(key) in self._known:
            return known or key
        return None if host and (self.names.is_open or host in self._of_host) else name

    def stored(self, key: str) -> str:
        """The key as journals have it."""
        has_none = (self.names.is_one or self.names.is_open) and key == DEFAULT
        return "" if has_none else key

    @property
    def allowed(self) -> str:
        """What the field ``site`` of an event should be."""
        if self.names.is_open:
            return f"should be a key {ALLOWED}; at most {self.names.most} sites can begin"
        return f"should be one of {', '.join(self.names.hosts)}"

    def has_room(self, key: str) -> bool:
        """True if a new site of that key may begin."""
        return self.names.is_open and len(self._known) < self.names.most and is_key(key)

    def add(self, key: str) -> None:
        """Note a site that has begun."""
        self._known.add(key)

    def _possible(self, key: str) -> str | None:
        key = self.stored(key)
        return key if key in self._known or self.has_room(key) else None


ONE_SITE = SiteKeys(SiteNames.of((), 1))
"""Without the setting: every event belongs to the one site."""
