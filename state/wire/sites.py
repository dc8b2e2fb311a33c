"""The list of all sites on the wire."""

from state.wire.types import Shape


class SiteShape(Shape):
    """One site: its hosts, and its numbers of now and today."""

    site: str
    hosts: list[str]
    total_active: int
    visitors_last_minute: int | None
    total_today: int | None
    total_dashboards: int


class SiteList(Shape):
    """All sites, in the order in which they began."""

    sites: list[SiteShape]
