"""Limits of memory, by number and by bytes."""

from pydantic import Field

from state.settings.basic import BasicSettings

MIB = 2**20


class MemorySettings(BasicSettings):
    """The second part of ``Settings``."""

    max_sessions: int = Field(
        250_000, ge=1, description="active sessions; beyond, those with the oldest activity end"
    )
    max_names: int = Field(
        100_000, ge=100, description="pages, countries, … counted by name in a day"
    )
    max_event_ids: int = Field(1_000_000, ge=2, description="event ids remembered within a day")
    sessions_bytes: int = Field(
        512 * MIB,
        ge=16 * MIB,
        description="memory for sessions and their steps, ended ones included",
    )
    session_bytes: int = Field(
        384 * 1024,
        ge=64 * 1024,
        le=MIB,
        description="of that, for one session; its oldest steps are dropped first",
    )
    recent_bytes: int = Field(
        32 * MIB, ge=MIB, description="memory for the large ones of the 5,000 latest events"
    )
    windows_bytes: int = Field(
        64 * MIB, ge=MIB, description="memory for long texts of the last minutes, for filters"
    )
    names_bytes: int = Field(
        64 * MIB, ge=MIB, description="memory for the pages, countries, … of a day"
    )
    visitors_bytes: int = Field(
        128 * MIB, ge=MIB, description="memory for the visitors of a day, 32 bytes each"
    )
    event_ids_bytes: int = Field(288 * MIB, ge=MIB, description="memory for the event ids of a day")
    history_bytes: int = Field(
        64 * MIB, ge=MIB, description="memory for messages that viewers may resume from"
    )
