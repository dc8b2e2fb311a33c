"""Every setting once: name, default, meaning. Each is a flag, an environment variable and a field:
``--session-timeout-s``, ``VISITORS_SESSION_TIMEOUT_S``, ``settings.session_timeout_s``."""

import os
from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import tzlocal
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as CliError

from state.event import GOAL_STEP
from state.settings import rules
from state.settings.memory import MemorySettings
from state.settings.site_names import check_sites

T = TypeVar("T")
DAY_S = 86_400
MOST_PER_S = 1_000_000_000

RULES: dict[str, Callable[[Any], None]] = {
    "milestones": rules.check_ascending,
    "timezone": rules.check_zone,
    "allowed_origins": rules.check_origins,
    "trusted_proxies": rules.check_networks,
    "token": rules.check_token,
    "ingest_key": rules.check_key,
    "journal": rules.check_journal,
    "notify": rules.check_notify,
    "funnel": rules.check_funnel,
    "honour": rules.check_honour,
    "sites": check_sites,
    "goals": rules.check_goals,
    "tracker_path": rules.check_path,
    "track_path": rules.check_path,
}
"""Checks of a field beyond its type."""


class SettingsError(ValueError):
    """A setting can't be used. The message names it, its value, and what is allowed."""


class Settings(MemorySettings):
    """
    Serve the live dashboard of a website's visitors.

    Other commands:
      main.py export --help    write the events of a journal as ndjson, csv or parquet
      main.py import --help    read such a file into a journal
      main.py checkpoint       make a checkpoint, from which a start continues (servers do so, too)
      main.py check            explain what the settings open, store and trust; exit code 1: unsafe
    """

    model_config = SettingsConfigDict(
        env_prefix="VISITORS_",
        cli_prog_name="main.py",
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_parse_none_str="(none)",  # the origin "null" is a text
        cli_exit_on_error=False,
        frozen=True,
    )

    max_events_per_s: float = Field(
        2_000,
        gt=0,
        le=MOST_PER_S,
        description="events a second from one address; unset, loopback is spared",
    )
    max_key_events_per_s: float = Field(
        100_000,
        gt=0,
        le=MOST_PER_S,
        description="events a second by the ingest key, from all addresses together",
    )
    max_pages_per_s: float = Field(
        5,
        gt=0,
        le=MOST_PER_S,
        description="page loads a second by one address; unset, loopback is spared",
    )
    max_unopened_pages: int = Field(
        200, ge=1, description="pages that are built and not yet opened by a browser, at once"
    )
    max_unopened_pages_per_address: int = Field(20, ge=1, description="of those, for one address")
    max_reads_per_s: float = Field(
        100,
        gt=0,
        le=MOST_PER_S,
        description="other requests a second by one address; unset, loopback is spared",
    )
    max_messages_per_s: float = Field(
        50,
        gt=0,
        le=MOST_PER_S,
        description="messages a second on one /ws; unset, loopback is spared",
    )
    max_filters_per_s: float = Field(
        10,
        gt=0,
        le=MOST_PER_S,
        description="filters a second on one /ws; unset, loopback is spared",
    )
    max_connections: int = Field(20_000, ge=1, description="requests and sockets open at once")
    max_connections_per_address: int = Field(10_000, ge=1, description="of those, from one address")
    max_silent_connections_per_address: int = Field(
        256, ge=1, description="connections of one address without a request under way"
    )
    max_bodies_bytes: int = Field(
        64 * 2**20, ge=2**21, description="bytes of request bodies that are held at once"
    )
    body_timeout_s: float = Field(
        20, ge=1, le=DAY_S, description="how long a request head may take, and a body"
    )
    dead_peer_s: float = Field(
        20,
        ge=1,
        le=DAY_S,
        description="a connection is dropped after so long without an acknowledgement",
    )
    backlog_bytes: int = Field(
        4 * 2**20,
        ge=65_536,
        description="unsent bytes a viewer may have before it is resynchronised",
    )
    max_backlogs_bytes: int = Field(
        256 * 2**20,
        ge=2**20,
        description="unsent bytes of all viewers; beyond, those furthest behind lose theirs",
    )
    slow_reader_s: float = Field(
        15, ge=1, le=DAY_S, description="a viewer that reads nothing for so long is closed"
    )

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone) if self.timezone else tzlocal.get_localzone()

    @property
    def on_loopback(self) -> bool:
        return rules.is_loopback(self.host)

    _by_comma = field_validator(
        *("milestones", "notify", "funnel", "honour", "keep_query", "allowed_origins"),
        *("trusted_proxies", "sites", "goals"),
        mode="before",
    )(rules.split_list)

    @field_validator(*RULES)
    @classmethod
    def _follows_its_rule(cls, value: T, info: ValidationInfo) -> T:
        RULES[info.field_name or ""](value)
        return value


def load(arguments: Sequence[str]) -> Settings:
    """The settings of a server.

    Raises:
        SettingsError: a value isn't allowed, or reading would be open to any host unasked.
    """
    settings = read(arguments)
    if not (settings.on_loopback or settings.token or settings.open):
        raise SettingsError(
            f"host: {settings.host} can be reached by others, so reading needs a token: "
            "set --token SECRET (VISITORS_TOKEN), or --open to read without one"
        )
    tracker, track = settings.tracker_path, settings.track_path
    if tracker == track or tracker == "/api/track" or track == "/tracker.js":
        raise SettingsError(
            f"track_path: {track} can't be used beside --tracker-path {tracker}: each of the two"
            " needs a path of its own"
        )
    reached = [s.removeprefix(GOAL_STEP) for s in settings.funnel if s.startswith(GOAL_STEP)]
    if unknown := [goal for goal in reached if goal not in settings.goals]:
        raise SettingsError(
            f"funnel: {GOAL_STEP}{unknown[0]} can't be a step: {unknown[0]} is no goal of --goals"
        )
    if settings.token and settings.token == settings.ingest_key:
        raise SettingsError(
            "ingest_key: should be another secret than token: websites have it, and it must not"
            " allow reading"
        )
    return settings


def read(arguments: Sequence[str]) -> Settings:
    """Settings from flags, then environment, then files of ``$CREDENTIALS_DIRECTORY``, then
    defaults. ``--help`` exits.

    Raises:
        SettingsError: a value isn't allowed, or a flag isn't known.
    """
    try:
        return Settings(  # type: ignore[call-arg]
            _cli_parse_args=list(arguments), _secrets_dir=_credentials_directory()
        )
    except CliError as error:
        words = rules.words(Settings.model_fields)
        raise SettingsError(f"{rules.parser_sentence(str(error), words)} (--help)") from None
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(dict(each)) for each in error.errors())) from None


def _credentials_directory() -> Path | None:
    """Returns where systemd (LoadCredential=) and containers put secrets: a file each, named like
    the environment variable. Unlike a variable, a file is not handed on to child processes."""
    directory = Path(os.environ.get("CREDENTIALS_DIRECTORY") or os.devnull)
    return directory if directory.is_dir() else None


def _sentence(error: dict[str, object]) -> str:
    location = error["loc"]
    name = str(location[0]) if isinstance(location, tuple) and location else "settings"
    allowed = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return rules.error_sentence(name, error["input"], allowed)
