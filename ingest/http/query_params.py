"""Query parameters: filter, limit, cursor."""

from collections.abc import Mapping

from ingest.pipeline.rejection import FieldError, Refusal
from state.filtering.filter import FIELDS, Filter
from state.query import SESSIONS_SHOWN
from state.sessions.labels import NEW, RETURNING
from state.sites.site import Site
from state.sites.sites import Sites

MOST_SESSIONS = 1_000
NAMED = 20
"""Sites that a refusal names."""

IS_RETURNING = "returning"
KINDS = {"true": RETURNING, "false": NEW}
"""The values of that field, as JSON and as query parameters."""


def read_filter(values: Mapping[str, object]) -> Filter | Refusal:
    """The filter of the fields in ``FIELDS``; an empty or missing one selects all."""
    wrong: list[FieldError] = []
    found: dict[str, str | None] = {}
    for name, longest in FIELDS:
        value = values.get(name)
        if name == IS_RETURNING:
            value = _visitor_kind(value)
        if value is None or (isinstance(value, str) and len(value) <= longest):
            found[name] = value
        elif name == IS_RETURNING:
            wrong.append(FieldError(name, "should be true, false, or null"))
        else:
            allowed = f"should be text of at most {longest} characters, or null"
            wrong.append(FieldError(name, allowed))
    if wrong:
        return Refusal("invalid_request", "The filter can't be used.", wrong)
    return Filter.of(found)


def read_site(sites: Sites, values: Mapping[str, object]) -> Site | Refusal:
    """The site that ``site`` names, the first one without."""
    name = values.get("site")
    site = sites.named(name) if name is None or isinstance(name, str) else None
    if site is not None:
        return site
    wrong = FieldError("site", f"should be one of {_names(sites)}")
    return Refusal("invalid_request", "There is no such site.", [wrong])


def _names(sites: Sites) -> str:
    names = [site.name for site in sites]
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


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


def _visitor_kind(value: object) -> object:
    """The label of ``returning``; False, which can't be used, where it says something else."""
    if value is None or value == "":
        return None
    text = str(value).lower() if isinstance(value, bool) else value
    return KINDS.get(text, False) if isinstance(text, str) else False
