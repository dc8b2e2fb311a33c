"""What is sent on of an alert."""

from typing import NamedTuple

from state.alerts import Alert
from state.wire.types import iso


class Notice(NamedTuple):
    """A title and a text. ``key`` is the same on every node, and of this alert and state alone."""

    key: str
    title: str
    text: str
    is_warning: bool

    @classmethod
    def of(cls, alert: Alert, epoch: str, site: str | None = None) -> "Notice":
        """The notice of an alert of a site, where there are several."""
        has_ended = alert.state == "ended"
        at = alert.ended_at if has_ended and alert.ended_at is not None else alert.at
        return cls(
            f"{epoch}:{alert.id}:{alert.state or 'raised'}",
            f"{site}: {alert.message}" if site else alert.message,
            "\n".join([*_facts(alert), iso(at)]),
            alert.level == "warning" and not has_ended,
        )


def _facts(alert: Alert) -> list[str]:
    facts, lines = alert.facts, [f"Rule: {alert.rule}"]
    if alert.people is not None:
        lines.append(f"Here now: {alert.people:,}")
    if alert.cause is not None:
        lines.append(f"Cause: {alert.cause}")
    lines.append(f"Visitors in the last minute: {facts.visitors_last_minute:,}")
    return [*lines, f"Visitors today: {facts.visitors_today:,}"]
