"""Query parameters: filter, limit, cursor."""

from collections.abc import Mapping

from ingest.pipeline.rejection import FieldError, Refusal
from state.event import LONGEST_COUNTRY, LONGEST_PAGE
from state.filtering.filter import Filter
from state.query import SESSIONS_SHOWN

MOST_SESSIONS = 1_000


def read_filter(values: Mapping[str, object]) -> Filter | Refusal:
    """The filter of ``country`` and ``page``; an empty or missing one selects all."""
    wrong = [
        FieldError(field, f"should be text of at most {longest} characters, or null")
        for field, longest in (("country", LONGEST_COUNTRY), ("page", LONGEST_PAGE))
        if not _is_text(values.get(field), longest)
    ]
    if wrong:
        return Refusal("invalid_request", "The filter can't be used.", wrong)
    country, page = values.get("country") or None, values.get("page") or None
    return Filter(country, page)  # type: ignore[arg-type]


def read_limit(values: Mapping[str, str]) -> int | Refusal:
    text = values.get("limit", str(SESSIONS_SHOWN))
    if _is_number(text) and 1 <= int(text) <= MOST_SESSIONS:
        return int(text)
    wrong = FieldError("limit", f"should be a whole number from 1 to {MOST_SESSIONS}")
    return Refusal("invalid_request", "The limit can't be used.", [wrong])


def read_cursor(values: Mapping[str, str]) -> int | Refusal | None:
    text = values.get("cursor", "")
    if not text:
        return None
    if _is_number(text):
        return int(text)
    wrong = FieldError("cursor", "should be the nextCursor of an answer")
    return Refusal("invalid_request", "The cursor can't be used.", [wrong])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _is_text(value: object, longest: int) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= longest)
