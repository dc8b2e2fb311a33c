"""The list of all sites."""

from state.sites.site import Site
from state.sites.sites import Sites
from state.wire.sites import SiteList, SiteShape


def site_list(sites: Sites) -> SiteList:
    return SiteList([_shape(site) for site in sites])


def rows(sites: Sites) -> tuple[tuple[str, int], ...]:
    """Returns the name of each site and how many are active there; nothing while there is one."""
    if len(sites) == 1:
        return ()
    return tuple((site.name, len(site.model.sessions)) for site in sites)


def _shape(site: Site) -> SiteShape:
    model = site.model
    return SiteShape(
        site.name,
        list(site.hosts),
        len(model.sessions),
        model.sessions.last_minute.inside,
        model.day.visitors_count,
        site.hub.total_dashboards,
    )
