"""``/healthz``: the state of the server, and why it accepts no events."""

from pathlib import Path
from typing import Any

from ingest.context import AppContext
from ingest.http import openapi
from ingest.pipeline.pipeline import STARTING
from state.journal.base import Damage
from state.journal.redis.url import is_redis

REDIS_TROUBLE = "Redis can't keep events now; the log of this server says why"


def health(context: AppContext) -> dict[str, Any]:
    """The answer. ``ready`` is true while events are accepted."""
    journal, status = context.pipeline.journal, _status(context)
    return {
        "status": status,
        "ready": status == "ok",
        "version": openapi.VERSION,
        "uptimeS": round(context.clock() - context.started_at, 3),
        "dashboards": sum(site.hub.total_dashboards for site in context.sites),
        "epoch": context.hub.epoch,
        "seq": context.analytics.model.seq,
        "notify": context.notifier.status(),
        "journal": {
            "kind": context.settings.journal.partition(":")[0],
            "replayed": journal.progress.done,
            "of": journal.progress.total,
            "checkpoint": journal.checkpoint,
            "unread": journal.unread,
            "trouble": _trouble(context),
            "damage": journal.damage and _damage(journal.damage),
        },
    }


def _trouble(context: AppContext) -> str | None:
    """Without Redis' address and error, which are in the log: this is read without a token."""
    trouble = context.pipeline.journal.trouble
    return REDIS_TROUBLE if trouble and is_redis(context.settings.journal) else trouble


def _status(context: AppContext) -> str:
    closed = context.pipeline.closed
    if closed is not None:
        return "starting" if closed is STARTING else "stopping"
    return "ok" if context.pipeline.journal.trouble is None else "failing"


def _damage(damage: Damage) -> dict[str, Any]:
    """The file's name without its directory: this is read without a token."""
    return {"saved": damage.saved, "lost": damage.lost, "aside": Path(damage.aside).name}
