"""JSON Schemas of bodies and responses, made of the limits that are enforced."""

from typing import Any

from msgspec import inspect

from ingest.pipeline import fields
from ingest.pipeline import schema as limits
from ingest.pipeline.rejection import STATUS
from ingest.pipeline.strict_json import BIGGEST_INTEGER
from ingest.tracking.request import TEXTS
from state.alert_rules.rule import KINDS, LEVELS
from state.alert_rules.validation import LIMITS, LONGEST_NAME, MOST_RULES, RESERVED

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
    """An object of ``levels`` levels; arrays count as levels, too."""
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
        "maxProperties": fields.METADATA_KEYS,
        "propertyNames": {"pattern": TEXT},
        "additionalProperties": {"anyOf": values},
    }


def _limited(kind: str, name: str) -> Json:
    lowest, highest = LIMITS[name]
    return {"type": kind, "minimum": lowest, "maximum": highest}


def _optional(of: Json) -> Json:
    return {**of, "type": [of["type"], "null"]}


_OWN_SCHEMAS: dict[str, Json] = {
    "type": {"type": "string", "enum": list(fields.TYPES)},
    "timestamp": {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "ISO 8601, UTC where it names no zone; missing: the receive time",
    },
    "metadata": {
        **_optional(_metadata(fields.METADATA_LEVELS)),
        "description": f"at most {fields.METADATA_BYTES} bytes; device, referrer and element"
        " have a meaning",
    },
    "key": {"description": "the ingest key, where headers can't be set"},
    "site": {"description": "the key of a site; not looked at while the server has one"},
}
_DESCRIPTIONS = {
    "page": "required for pageview and click, where it may not be empty",
    "name": "required for custom, where it may not be empty",
    "eventId": "the same id again within the day is counted once",
}


def _event_properties() -> Json:
    """A schema for each field that an event may have; texts have the limits of ``PlainEvent``."""
    about = inspect.type_info(limits.PlainEvent)
    assert isinstance(about, inspect.StructType)
    return {each.encode_name: _property(each) for each in about.fields}


def _property(field: inspect.Field) -> Json:
    name = field.encode_name
    if name in _OWN_SCHEMAS:
        return _OWN_SCHEMAS[name]
    kinds = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
    [kind] = [each for each in kinds if isinstance(each, inspect.StrType | inspect.IntType)]
    if isinstance(kind, inspect.StrType):
        schema = _text(kind.max_length or 0, kind.min_length or 0)
    else:
        schema = {"type": "integer", "minimum": kind.ge, "maximum": kind.le}
    schema = schema if field.required else _optional(schema)
    return schema | ({"description": _DESCRIPTIONS[name]} if name in _DESCRIPTIONS else {})


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
    "properties": _event_properties(),
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
BY: Json = {"type": ["string", "null"], "maxLength": LONGEST_NAME, "pattern": TEXT}
ALERT_RULES: Json = {
    "type": "object",
    "required": ["rules"],
    "properties": {
        "rules": {
            "type": "array",
            "maxItems": MOST_RULES,
            "items": {
                "type": "object",
                "required": ["name", "kind"],
                "additionalProperties": False,
                "if": {"properties": {"kind": {"const": "silence"}}},
                "then": {"required": ["minutes"], "properties": {"minutes": {"minimum": 1}}},
                "properties": {
                    "name": _text(LONGEST_NAME, 1) | {"not": {"enum": list(RESERVED)}},
                    "kind": {"enum": list(KINDS)},
                    "level": {"enum": list(LEVELS)},
                    "enabled": {"type": "boolean"},
                    "factor": _limited("number", "factor"),
                    "least": _limited("integer", "least"),
                    "minutes": _limited("integer", "minutes"),
                    "cooldownMinutes": _limited("integer", "cooldown_minutes"),
                },
            },
        },
        "by": BY,
    },
    "example": {"rules": [{"name": "launch", "kind": "above", "factor": 3}]},
}
ACKNOWLEDGE: Json = {"type": "object", "properties": {"by": BY}, "example": {"by": "Ann"}}
HEALTH: Json = {
    "type": "object",
    "required": ["status", "version", "uptimeS"],
    "properties": {
        "status": {"type": "string"},
        "version": {"type": "string"},
        "uptimeS": {"type": "number"},
    },
}
TRACK: Json = {
    "type": "object",
    "required": ["type", "url"],
    "properties": {
        "type": {"type": "string", "enum": list(fields.TYPES)},
        "url": _text(TEXTS["url"], 1) | {"pattern": "^https?://[A-Za-z0-9.-]+(/[!-~]*)?$"},
        **{name: _optional(_text(longest)) for name, longest in TEXTS.items() if name != "url"},
        "metadata": _OWN_SCHEMAS["metadata"],
        "automated": {"type": "boolean"},
        "dnt": {"description": "`navigator.doNotTrack`, whatever that is in the browser"},
        "gpc": {"description": "`navigator.globalPrivacyControl`, whatever that is"},
        "key": _OWN_SCHEMAS["key"],
    },
    "allOf": [
        {
            "if": {"properties": {"type": {"const": "custom"}}},
            "then": {
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 1}},
            },
        },
    ],
    "example": {"type": "pageview", "url": "https://example.org/pricing"},
}
