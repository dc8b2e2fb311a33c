"""The first part of the settings: address, counting, access, journal, log."""

from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, NoDecode

from state.journal.redis.url import ALLOWED

Names = Annotated[tuple[str, ...], NoDecode]
YEAR_S = 31_536_000
MILESTONES = (10, 50, *(n * 10**k for k in range(2, 7) for n in (1, 5)))


class BasicSettings(BaseSettings):
    """The first part of ``Settings``."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(3000, ge=0, le=65535, description="port to listen on; 0 takes any free one")
    timezone: str = Field("", description="zone whose midnight begins a day; empty: the machine's")
    session_timeout_s: float = Field(
        300, ge=1, le=YEAR_S, description="a session ends so long after its last event"
    )
    idle_after_s: float = Field(
        60, ge=1, le=YEAR_S, description="a session is idle so long after its last event"
    )
    leave_grace_s: float = Field(
        5, ge=0, le=3600, description="a session ends so long after its last tab was closed"
    )
    spike_threshold: int = Field(
        25, ge=1, description="visitors within the window that make a spike"
    )
    spike_window_s: float = Field(60, ge=1, le=3600, description="the window of the spike")
    alert_cooldown_s: float = Field(
        60, ge=0, le=YEAR_S, description="no second spike alert within this time"
    )
    milestones: Annotated[tuple[int, ...], NoDecode] = Field(
        MILESTONES, description="visitors of a day that are worth an alert, ascending, by comma"
    )
    notify: Names = Field(
        (), description="addresses in the form of Apprise that alerts are sent to, by comma"
    )
    funnel: Names = Field(
        (), description="pages and goals (goal:signup): the steps of a funnel, in order, by comma"
    )
    sites: Names = Field(
        (),
        description="websites by comma, each key or key=host+host; * for any; empty: one, default",
    )
    max_sites: int = Field(100, ge=1, le=1_000, description="with sites=*, how many may begin")
    goals: Names = Field(
        (),
        description="goals by comma: a custom event's name, or a page like /order/*",
    )
    honour: Names = Field(
        ("gpc", "dnt"),
        description="signals of browsers by which a visitor isn't counted: gpc, dnt, by comma",
    )
    keep_query: Names = Field(
        (),
        description="names in a page's query that tell pages apart, by comma; others are dropped",
    )
    tracker_path: str = Field("/tracker.js", description="a second path of the tracker's script")
    track_path: str = Field(
        "/api/track", description="a second path that the tracker's script sends to"
    )
    geo_database: str = Field(
        "", description="file (.mmdb) that gives the countries of addresses; empty: none"
    )
    allowed_origins: Names = Field(
        (), description="web origins (https://host[:port]) that may read, besides our own, by comma"
    )
    token: str = Field("", description="secret for reading; empty: none (only while on loopback)")
    ingest_key: str = Field("", description="secret for writing; empty: none")
    trusted_proxies: Names = Field(
        (), description="addresses or networks whose X-Forwarded headers count, by comma"
    )
    open: bool = Field(False, description="reading needs no token, also beyond loopback")
    open_reset: bool = Field(False, description="a reset needs no token, also beyond loopback")
    plain: bool = Field(
        False, description="serve by uvicorn's own classes alone, without the fast path"
    )
    ui: bool = Field(
        True, description="serve the page and /ws; --no-ui only takes events and answers REST"
    )
    example: bool = Field(False, description="serve the example site of the tracker at /example/")
    journal: str = Field(
        "memory:",
        description=f"where events are stored: memory:, sqlite:PATH, or {ALLOWED}",
    )
    durability: Literal["full", "fast"] = Field(
        "full",
        description="of sqlite: stored events survive a power cut (full) or only kill -9 (fast)",
    )
    retention_days: int = Field(
        0, ge=0, le=36_500, description="records older than so many days are deleted; 0 keeps all"
    )
    log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        "info", description="the least level that is logged"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="lines of text, or one JSON object a line"
    )
    checkpoint_events: int = Field(
        100_000, ge=1, description="events until the next checkpoint, from which a start continues"
    )
