"""Builds the state from the settings."""

from state.alert_rules.rule import STANDARD_ALERT_RULES
from state.alerts import standard_rules
from state.analytics import Analytics
from state.model import CountingOptions
from state.query.journeys import HOUR_S
from state.sessions.ended import FOUND_AFTER_END_S
from state.settings.settings import Settings


def build_analytics(settings: Settings, shares: int = 1) -> Analytics:
    """An empty state, of one of as many sites as the memory has ``shares``. With the same settings
    a server, another node and the process that makes a checkpoint get the same numbers from the
    same journal."""
    options = CountingOptions(
        zone=settings.zone,
        session_timeout_s=settings.session_timeout_s,
        idle_after_s=settings.idle_after_s,
        leave_grace_s=settings.leave_grace_s,
        goals=settings.goals,
        spike_window_s=settings.spike_window_s,
        ended_kept_s=HOUR_S if settings.funnel else FOUND_AFTER_END_S,
        max_sessions=settings.max_sessions,
        max_names=settings.max_names,
        max_event_ids=settings.max_event_ids,
        sessions_bytes=settings.sessions_bytes // shares,
        session_bytes=settings.session_bytes,
        recent_bytes=settings.recent_bytes // shares,
        windows_bytes=settings.windows_bytes // shares,
        names_bytes=settings.names_bytes // shares,
        visitors_bytes=settings.visitors_bytes // shares,
        event_ids_bytes=settings.event_ids_bytes // shares,
        alert_rules=STANDARD_ALERT_RULES,
    )
    rules = standard_rules(
        spike_threshold=settings.spike_threshold,
        cooldown_s=settings.alert_cooldown_s,
        milestones=settings.milestones,
    )
    return Analytics(options, rules)
