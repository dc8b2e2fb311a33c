"""``/metrics`` for Prometheus. All values are read at the time of a scrape, so that they cost the
hot path nothing."""

import resource
from collections import Counter
from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from ingest.context import AppContext
from state.model import Model
from state.query import goals

PAGE_BYTES = resource.getpagesize()


class Metrics(Collector):
    """Collects all metrics."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        yield from self._ingest()
        yield from self._state()
        yield from self._goals()
        yield from self._sites()
        yield from self._viewers()
        yield from self._notifications()

    def _ingest(self) -> Iterable[Metric]:
        account = self._context.ledger.totals()
        since = "since the start or the last reset"
        yield _gauge("received", f"Events and requests offered {since}", account.received)
        yield _gauge("accepted", f"Events counted {since}", account.accepted)
        yield _gauge("duplicates", f"Events known already {since}", account.duplicates)
        refused = GaugeMetricFamily(
            "visitors_rejected", f"Refusals by code {since}", labels=["code"]
        )
        for code, number in account.rejected.items():
            refused.add_metric([code], number)
        yield refused
        timing = self._context.pipeline.applier.timing
        yield _counter("records", "Journal records applied", timing.records)
        yield _counter("apply_seconds", "Time spent applying records", timing.apply_s)
        yield _counter("publish_seconds", "Time spent on the fan-out", timing.publish_s)
        yield _gauge("apply_longest_seconds", "Longest time one record took", timing.longest_s)

    def _state(self) -> Iterable[Metric]:
        models = [site.model for site in self._context.sites]
        journal = self._context.pipeline.journal
        active, today = _active(*models), _today(*models)
        yield _gauge("sessions_active", "Sessions active now", active)
        yield _gauge("today", "Distinct visitors today", today)
        yield _gauge("events_today", "Events accepted today", sum(m.day.events for m in models))
        bots = sum(model.bots.today for model in models)
        yield _gauge("bots_today", "Hits of bots today", bots)
        yield _gauge("seq", "The latest numbered message", sum(model.seq for model in models))
        yield _gauge("journal_failing", "1 while nothing can be kept", journal.trouble is not None)
        yield _gauge("journal_replayed", "Records applied by the start", journal.progress.done)
        yield _gauge("journal_unread", "Entries of the journal that are no records", journal.unread)
        yield _gauge("memory_bytes", "Resident memory of the process", _resident_bytes())
        up = self._context.clock() - self._context.started_at
        yield _gauge("uptime_seconds", "Since the start", up)

    def _goals(self) -> Iterable[Metric]:
        """Of all sites together, where there are goals."""
        done: Counter[str] = Counter()
        for site in self._context.sites:
            done.update({name: goal.completions for name, goal in goals(site.model).items()})
        if not done:
            return
        metric = GaugeMetricFamily(
            "visitors_goal_completions", "Completions of goals today", labels=["goal"]
        )
        for name, number in done.items():
            metric.add_metric([name], number)
        yield metric

    def _sites(self) -> Iterable[Metric]:
        """The same numbers by site, where there are several."""
        if self._context.sites.is_one:
            return
        active = GaugeMetricFamily(
            "visitors_site_sessions_active", "Sessions active now", labels=["site"]
        )
        today = GaugeMetricFamily("visitors_site_today", "Distinct visitors", labels=["site"])
        for site in self._context.sites:
            active.add_metric([site.name], _active(site.model))
            today.add_metric([site.name], _today(site.model))
        yield active
        yield today

    def _viewers(self) -> Iterable[Metric]:
        hubs = [site.hub for site in self._context.sites]
        subscribers = [subscriber for hub in hubs for subscriber in hub.subscribers]
        backlog = sum(each.backlog_bytes for each in subscribers)
        counts = [hub.counts for hub in hubs]
        dropped = sum(c.dropped for c in counts) + sum(each.dropped for each in subscribers)
        dashboards = sum(hub.total_dashboards for hub in hubs)
        kept = sum(len(hub.replay_buffer) for hub in hubs)
        kept_bytes = sum(hub.replay_buffer.bytes for hub in hubs)
        yield _gauge("dashboards", "Open pages and /ws clients", dashboards)
        yield _gauge("subscribers", "/ws clients", len(subscribers))
        yield _gauge("backlog_bytes", "Bytes waiting for /ws clients", backlog)
        yield _gauge("history_messages", "Messages kept for resume", kept)
        yield _gauge("history_bytes", "Bytes kept for resume", kept_bytes)
        yield _counter("frames_sent", "Frames handed to /ws clients", sum(h.sent for h in hubs))
        yield _counter("frames_dropped", "Frames that slow /ws clients missed", dropped)
        yield _counter(
            "resyncs", "Snapshots in place of a dropped backlog", sum(c.resyncs for c in counts)
        )
        yield _counter("resumed", "Streams resumed without a loss", sum(c.resumed for c in counts))
        yield _counter(
            "unopened_pages", "Pages whose socket never came", sum(c.unopened for c in counts)
        )
        yield _counter(
            "too_slow", "/ws clients closed for slowness", sum(c.too_slow for c in counts)
        )

    def _notifications(self) -> Iterable[Metric]:
        targets = self._context.notifier.status()
        numbers: dict[str, dict[str, float]] = {
            "sent": {each.target: each.sent for each in targets},
            "waiting": {each.target: each.waiting for each in targets},
            "dropped": {each.target: each.dropped for each in targets},
            "failing": {each.target: each.error is not None for each in targets},
        }
        for name, by_target in numbers.items():
            metric = GaugeMetricFamily(
                f"visitors_notify_{name}", f"Alerts by target: {name}", labels=["target"]
            )
            for target, number in by_target.items():
                metric.add_metric([target], number)
            yield metric


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"visitors_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"visitors_{name}", meaning, value=value)


def _resident_bytes() -> int:
    """From /proc where there is one; elsewhere the largest it ever was."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * PAGE_BYTES
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _active(*models: Model) -> int:
    return sum(len(model.sessions) for model in models)


def _today(*models: Model) -> int:
    return sum(model.day.visitors.count for model in models)
