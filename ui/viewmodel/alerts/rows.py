"""Alerts as rows for the browser."""

from state.alerts import Alert
from state.model import Model
from ui.viewmodel.alerts.sentences import FIELDS, beginning, ending, reason
from ui.viewmodel.rows import Row


def alert_rows(model: Model) -> list[Row]:
    """The alerts that last, then the others, each with the newest first."""
    active = sorted(model.watches.active, key=lambda alert: -alert.at)
    ids = {alert.id for alert in active}
    past = [alert for alert in reversed(model.alerts) if alert.id not in ids]
    return [alert_row(alert) for alert in (*active, *past)]


def alert_row(alert: Alert) -> Row:
    """``end`` says how it ended; None while it lasts, and for one that just happens. ``cause`` is
    the field and the value of a filter that shows what explains it. ``seen`` is when somebody
    acknowledged it."""
    largest = alert.causes[0] if alert.causes else None
    return {
        "key": f"{alert.id}-{alert.rule}-{alert.at}",
        "id": alert.id,
        "at": alert.at,
        "level": alert.level,
        "text": beginning(alert),
        "why": reason(alert),
        "active": alert.state == "started",
        "end": ending(alert),
        "cause": [FIELDS[largest.dimension], largest.name] if largest else None,
        "seen": alert.acknowledged_at,
        "by": alert.acknowledged_by or "",
    }
