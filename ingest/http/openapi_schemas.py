"""JSON Schemas of what comes in and of the short answers, made of the limits that are enforced."""

from typing import Any

from ingest.pipeline import schema as limits
from ingest.pipeline.rejection import STATUS
from ingest.pipeline.strict_json import BIGGEST_INTEGER
from state.event import LONGEST_COUNTRY, LONGEST_PAGE

Json = dict[str, Any]

TEXT = "^[^\\u0000-\\u001f\\u007f]*$"
"""No control characters."""


def _text(longest: int, shortest: int = 0) -> Json:
    return {
        "type": "string",
        "minLength": shortest,
        "maxLength": longest,
        "pattern": TEXT,
    }


def _metadata(levels: int) -> Json:
    """An object of so many levels; lists count as well."""
    values: list[Json] = [
        {"type": "string", "pattern": TEXT},
        {"type": "number", "minimum": -BIGGEST_INTEGER, "maximum": BIGGEST_INTEGER},
        {"type": ["boolean", "null"]},
    ]
    if levels > 1:
        inner = _metadata(levels - 1)
        values += [inner, {"type": "array", "items": inner["additionalProperties"]}]
    return {
        "type": "object",
        "maxProperties": limits.METADATA_KEYS,
        "propertyNames": {"pattern": TEXT},
        "additionalProperties": {"anyOf": values},
    }


def _optional(of: Json) -> Json:
    return {**of, "type": [of["type"], "null"]}


EVENT: Json = {
    "type": "object",
    "required": ["type", "sessionId"],
    "allOf": [
        {
            "if": {"properties": {"type": {"enum": ["pageview", "click"]}}},
            "then": {
                "required": ["page"],
                "properties": {"page": {"type": "string", "minLength": 1}},
            },
        },
        {
            "if": {"properties": {"type": {"const": "custom"}}},
            "then": {
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 1}},
            },
        },
    ],
    "properties": {
        "type": {"type": "string", "enum": list(limits.TYPES)},
        "sessionId": _text(limits.LONGEST_SESSION_ID, 1),
        "page": {
            **_optional(_text(LONGEST_PAGE)),
            "description": "required for pageview and click, where it may not be empty",
        },
        "name": {
            **_optional(_text(limits.LONGEST_NAME)),
            "description": "required for custom, where it may not be empty",
        },
        "timestamp": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "ISO 8601, UTC where it names no zone; missing: the receive time",
        },
        "country": _optional(_text(LONGEST_COUNTRY)),
        "metadata": {
            **_optional(_metadata(limits.METADATA_LEVELS)),
            "description": f"at most {limits.METADATA_BYTES} bytes; device, referrer and element"
            " have a meaning",
        },
        "eventId": {
            **_optional(_text(limits.LONGEST_EVENT_ID)),
            "description": "the same id again within the day is counted once",
        },
        "key": {"description": "the ingest key, where headers can't be set"},
    },
    "example": {
        "type": "pageview",
        "page": "/products",
        "sessionId": "visitor-001",
        "country": "India",
        "metadata": {"device": "mobile", "referrer": "google.com"},
    },
}

TAKEN: Json = {
    "type": "object",
    "required": ["success", "eventId", "receivedAt"],
    "properties": {
        "success": {"const": True},
        "eventId": {"type": "string"},
        "receivedAt": {"type": "string", "format": "date-time"},
        "duplicate": {"const": True},
    },
}
FIELD_ERRORS: Json = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["field", "message"],
        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
    },
}
REFUSED: Json = {
    "type": "object",
    "required": ["success", "error", "message", "fields"],
    "properties": {
        "success": {"const": False},
        "error": {"type": "string", "enum": list(STATUS)},
        "message": {"type": "string"},
        "fields": FIELD_ERRORS,
    },
}
BATCH_TAKEN: Json = {
    "type": "object",
    "required": ["accepted", "duplicates", "rejected"],
    "properties": {
        "accepted": {"type": "integer"},
        "duplicates": {"type": "integer"},
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "error", "fields"],
                "properties": {
                    "index": {"type": "integer"},
                    "error": {"type": "string"},
                    "fields": FIELD_ERRORS,
                },
            },
        },
    },
}
RESET: Json = {
    "type": "object",
    "required": ["confirm"],
    "properties": {"confirm": {"const": "reset"}},
}
HEALTH: Json = {
    "type": "object",
    "required": ["status", "version", "uptimeS"],
    "properties": {
        "status": {"type": "string"},
        "version": {"type": "string"},
        "uptimeS": {"type": "number"},
    },
}
