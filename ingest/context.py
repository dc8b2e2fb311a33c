"""Everything that request handlers need, composed once by main."""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.access.policy import Access
from ingest.access.rate_limits import Limits
from ingest.notify.notifier import Notifier
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.pipeline import Pipeline
from ingest.runtime.filter_builder import FilterBuilder
from ingest.runtime.site_services import SiteServices
from ingest.tracking.pipeline import Tracking
from state.analytics import Analytics
from state.hub.hub import Hub
from state.settings.settings import Settings
from state.sites.sites import Sites


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """``clock`` gives epoch seconds; ``started_at`` is the time of the composition."""

    settings: Settings
    clock: Callable[[], float]
    started_at: float
    sites: Sites
    pipeline: Pipeline
    ledger: Ledger
    access: Access
    limits: Limits
    filters: SiteServices[FilterBuilder]
    notifier: Notifier
    tracking: Tracking

    @property
    def analytics(self) -> Analytics:
        """The state of the first site."""
        return self.sites.first.analytics

    @property
    def hub(self) -> Hub:
        """The viewers of the first site."""
        return self.sites.first.hub
