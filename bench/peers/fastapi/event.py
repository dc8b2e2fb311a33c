"""Validates the fields of an event by the rules of docs/protocol.md, with pydantic."""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

MAX_KEYS = 32
MAX_LEVELS = 4
MAX_BYTES = 8 * 1024
MAX_NUMBER = 2**53
WITHOUT_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class EventType(StrEnum):
    PAGEVIEW = "pageview"
    CLICK = "click"
    SESSION_END = "session_end"
    CUSTOM = "custom"


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _is_plain(value: Any, level: int) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return CONTROLS.search(value) is None
    if isinstance(value, int | float):
        return abs(value) <= MAX_NUMBER
    if level > MAX_LEVELS:
        return False
    if isinstance(value, list):
        return all(_is_plain(each, level + 1) for each in value)
    return len(value) <= MAX_KEYS and all(_is_plain(each, level + 1) for each in value.values())


def _limited(value: dict[str, Any]) -> dict[str, Any]:
    if not _is_plain(value, 1):
        raise ValueError("should have at most 32 keys and 4 levels")
    if len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()) > MAX_BYTES:
        raise ValueError("should have at most 8 KiB as JSON")
    return value


def _text(min_length: int, max_length: int) -> Any:
    return StringConstraints(
        strict=True, min_length=min_length, max_length=max_length, pattern=WITHOUT_CONTROLS
    )


class Event(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)

    type: EventType
    session_id: Annotated[str, _text(1, 128)]
    page: Annotated[str, _text(1, 2048)] | None = None
    name: Annotated[str, _text(1, 64)] | None = None
    timestamp: Annotated[datetime, AfterValidator(_in_utc)] | None = None
    country: Annotated[str, _text(0, 64)] | None = None
    metadata: Annotated[dict[str, Any], AfterValidator(_limited)] | None = None
    event_id: Annotated[str, _text(0, 64)] | None = None
    key: str | None = None

    @model_validator(mode="after")
    def _require_fields_of_type(self) -> "Event":
        if self.type in (EventType.PAGEVIEW, EventType.CLICK) and self.page is None:
            raise ValueError("page is required")
        if self.type is EventType.CUSTOM and self.name is None:
            raise ValueError("name is required")
        return self
