"""Everything that request handlers need, composed once by main."""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.access.policy import Access
from ingest.access.rate_limits import Limits
from ingest.notify.notifier import Notifier
from ingest.pipeline.ledger import Ledger
from ingest.pipeline.pipeline import Pipeline
from ingest.runtime.filter_builder import FilterBuilder
from ingest.tracking.pipeline import Tracking
from state.analytics import Analytics
from state.hub.hub import Hub
from state.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """``clock`` gives epoch seconds; ``started_at`` is the time of the composition."""

    settings: Settings
    clock: Callable[[], float]
    started_at: float
    analytics: Analytics
    hub: Hub
    pipeline: Pipeline
    ledger: Ledger
    access: Access
    limits: Limits
    filters: FilterBuilder
    notifier: Notifier
    tracking: Tracking
