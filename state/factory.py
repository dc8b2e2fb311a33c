"""Builds the state from the settings."""

from state.alert_rules.rule import STANDARD_ALERT_RULES
from state.alerts import standard_rules
from state.analytics import Analytics
from state.model import CountingOptions
from state.query.journeys import HOUR_S
from state.sessions.ended import FOUND_AFTER_END_S
from state.settings.settings import Settings


def build_analytics(settings: Settings) -> Analytics:
    """An empty state. With the same settings a server, another node and the process that makes a
    checkpoint get the same numbers from the same journal."""
    options = CountingOptions(
        zone=settings.zone,
        session_timeout_s=settings.session_timeout_s,
        idle_after_s=settings.idle_after_s,
        leave_grace_s=settings.leave_grace_s,
        spike_window_s=settings.spike_window_s,
        ended_kept_s=HOUR_S if settings.funnel else FOUND_AFTER_END_S,
        max_sessions=settings.max_sessions,
        max_names=settings.max_names,
        max_event_ids=settings.max_event_ids,
        sessions_bytes=settings.sessions_bytes,
        session_bytes=settings.session_bytes,
        recent_bytes=settings.recent_bytes,
        windows_bytes=settings.windows_bytes,
        names_bytes=settings.names_bytes,
        visitors_bytes=settings.visitors_bytes,
        event_ids_bytes=settings.event_ids_bytes,
        alert_rules=STANDARD_ALERT_RULES,
    )
    rules = standard_rules(
        spike_threshold=settings.spike_threshold,
        cooldown_s=settings.alert_cooldown_s,
        milestones=settings.milestones,
    )
    return Analytics(options, rules)
