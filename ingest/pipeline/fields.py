"""Reads the fields of events one by one, and collects what is wrong with them."""

from collections.abc import Callable
from typing import Any

from ingest.pipeline.rejection import FieldError
from ingest.pipeline.strict_json import wrong_object, wrong_text
from ingest.pipeline.timestamps import NO_MOMENT, epoch_seconds
from state.event import EventType

TYPES = {kind.value: kind for kind in EventType}
METADATA_KEYS = 32
METADATA_LEVELS = 4
METADATA_BYTES = 8 * 1024


class FieldReader:
    """Reads the fields of one JSON object; errors are collected, not raised."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.wrong: list[FieldError] = []
        self._value = value

    def type(self) -> EventType | None:
        value = self._value.get("type")
        kind = TYPES.get(value) if isinstance(value, str) else None
        if kind is None:
            self._refuse("type", f"should be one of {', '.join(TYPES)}")
        return kind

    def text(
        self, field: str, shortest: int, longest: int, *, required: bool = False
    ) -> str | None:
        value = self._value.get(field)
        if value is None:
            if required:
                self._refuse(field, f"is required: text of {shortest} to {longest} characters")
            return None
        if not isinstance(value, str) or not shortest <= len(value) <= longest:
            self._refuse(field, f"should be text of {shortest} to {longest} characters")
        elif message := wrong_text(value):
            self._refuse(field, message)
        else:
            return value
        return None

    def optional_text(
        self, field: str, longest: int, kind: EventType | None, *, needed_by: tuple[EventType, ...]
    ) -> str | None:
        """A text that some types of event need; for the others an empty one is a missing one."""
        shortest = int(kind is None or kind in needed_by)
        return self.text(field, shortest, longest, required=kind in needed_by) or None

    def whole(self, field: str, most: int) -> int | None:
        """A whole number from 0 on; 2.0 is one in JSON."""
        value = self._value.get(field)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not 0 <= value <= most:
            self._refuse(field, f"should be a whole number from 0 to {most}")
            return None
        return value

    def site(self, find: Callable[[str | None], str | None], allowed: str) -> str:
        """The key of the site, as journals have it."""
        value = self._value.get("site")
        is_text = value is None or isinstance(value, str)
        found = find(value if is_text else "?")
        if found is None:
            self._refuse("site", allowed)
        return found or ""

    def timestamp(self) -> float | None:
        """Epoch seconds, in whole milliseconds. Without a zone it is UTC."""
        value = self._value.get("timestamp")
        if value is None:
            return None
        at = epoch_seconds(value) if isinstance(value, str) else None
        if at is None:
            self._refuse("timestamp", NO_MOMENT)
        return at

    def metadata(self) -> dict[str, Any] | None:
        value = self._value.get("metadata")
        if value is None:
            return None
        wrong = wrong_object(
            value, "metadata", keys=METADATA_KEYS, levels=METADATA_LEVELS, size=METADATA_BYTES
        )
        self.wrong += wrong
        return None if wrong else value

    def _refuse(self, field: str, message: str) -> None:
        self.wrong.append(FieldError(field, message))
