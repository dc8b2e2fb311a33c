"""Alerts and their rules as messages and answers."""

from typing import ClassVar, Literal

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

from state.alert_rules.rule import AlertKind, AlertRule, Level
from state.alerts import Alert
from state.usual.band import Band, Basis
from state.wire.types import Shape, iso


class UsualShape(Shape):
    low: float
    median: float
    high: float
    basis: Basis

    @classmethod
    def of(cls, band: Band | None) -> "UsualShape | None":
        if band is None:
            return None
        return cls(round(band.low, 1), round(band.median, 1), round(band.high, 1), band.basis)


class CauseShape(Shape):
    dimension: str
    name: str
    change: int
    share: float

    @classmethod
    def every(cls, alert: Alert) -> "list[CauseShape]":
        return [
            cls(each.dimension, each.name, each.change, round(each.share, 3))
            for each in alert.causes
        ]


class AlertDetails(Shape):
    """The fields from ``alert_id`` on are those of alerts about the usual alone."""

    visitors_last_minute: int
    total_today: int
    threshold: int
    rule: str
    alert_id: int | UnsetType = UNSET
    state: Literal["started", "ended"] | UnsetType = UNSET
    people_here: int | UnsetType | None = UNSET
    usual: UsualShape | UnsetType | None = UNSET
    cause: str | UnsetType | None = UNSET
    causes: list[CauseShape] | UnsetType = UNSET
    started_at: str | UnsetType = UNSET
    ended_at: str | UnsetType | None = UNSET


class AlertShape(Shape):
    message_type: ClassVar[str] = "alert"

    level: str
    message: str
    details: AlertDetails
    at: str

    @classmethod
    def of(cls, alert: Alert) -> "AlertShape":
        facts = alert.facts
        details = AlertDetails(
            facts.visitors_last_minute, facts.visitors_today, alert.threshold, alert.rule
        )
        at = alert.at
        if alert.state is not None:
            details.alert_id, details.state = alert.id, alert.state
            details.people_here, details.usual = alert.people, UsualShape.of(alert.usual)
            details.cause, details.causes = alert.cause, CauseShape.every(alert)
            details.started_at, details.ended_at = iso(alert.at), _iso(alert.ended_at)
            at = alert.ended_at or at
        return cls(alert.level, alert.message, details, iso(at))


class AlertRuleShape(Shape):
    name: str
    kind: AlertKind
    level: Level
    enabled: bool
    factor: float
    least: int
    minutes: int
    cooldown_minutes: int

    @classmethod
    def of(cls, rule: AlertRule) -> "AlertRuleShape":
        return cls(**asdict(rule))


class AlertRulesSet(Shape):
    message_type: ClassVar[str] = "alert_rules"

    rules: list[AlertRuleShape]
    by: str
    at: str


class AlertAcknowledged(Shape):
    message_type: ClassVar[str] = "alert_acknowledged"

    alert_id: int
    by: str
    at: str


class KnownAlert(Shape):
    """An alert as it is listed: its start, and its end where it has ended. The ``id`` is the seq of
    its first message. Those of the specification just happen: they have no state."""

    id: int
    rule: str
    level: Level
    message: str
    threshold: int
    started_at: str
    ended_at: str | None
    state: Literal["started", "ended"] | None
    people_here: int | None
    usual: UsualShape | None
    cause: str | None
    causes: list[CauseShape]
    acknowledged_at: str | None
    acknowledged_by: str | None

    @classmethod
    def of(cls, alert: Alert) -> "KnownAlert":
        return cls(
            alert.id,
            alert.rule,
            alert.level,
            alert.message,
            alert.threshold,
            iso(alert.at),
            _iso(alert.ended_at),
            alert.state,
            alert.people,
            UsualShape.of(alert.usual),
            alert.cause,
            CauseShape.every(alert),
            _iso(alert.acknowledged_at),
            alert.acknowledged_by,
        )


class AlertList(Shape):
    """The answer of ``GET /api/analytics/alerts``."""

    people_here: int
    usual: UsualShape | None
    rules: list[AlertRuleShape]
    active: list[KnownAlert]
    recent: list[KnownAlert]
    as_of: str


def _iso(at: float | None) -> str | None:
    return None if at is None else iso(at)
