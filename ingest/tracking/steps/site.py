"""The site that a request belongs to."""

from ingest.pipeline.rejection import FieldError
from ingest.pipeline.schema import SiteFinder
from ingest.tracking.hit import Hit


def find_site(hit: Hit, sites: SiteFinder) -> None:
    """The site that the request names, else that of the page's host, else the first one."""
    found = sites.find(hit.sent.site, hit.url.host)
    if found is None:
        hit.wrong = (FieldError("site", sites.allowed),)
    else:
        hit.site = found
