"""Labels: the texts by which sessions are told apart besides country and pages, one row each.

A session has one tuple with all of them. Sessions, places and minutes share one object for equal
labels, so that another label costs no memory a session."""

from collections.abc import Mapping
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from state.event import UNKNOWN, label_of
from state.sizes import label_bytes

Labels = tuple[str | None, ...]
"""One value for each of ``LABELS``; None where it isn't known."""


class Label(NamedTuple):
    """A label of sessions. ``field`` is its name in filters, ``plural`` that of its list. An event
    gives it under ``key`` of its metadata, or without that under ``else_key``; no key: it isn't
    given by events. Those come last. The value ``weak`` replaces no other one: who goes on to
    another page comes from nowhere new. ``unknown`` is the name in the list of those without it;
    None: they aren't in the list."""

    field: str
    plural: str
    key: str | None
    else_key: str | None = None
    weak: str | None = None
    unknown: str | None = UNKNOWN


DIRECT = "Direct"
DIRECT_CHANNEL = "direct"
"""The source and the channel of those who come by no link."""

LABELS = (
    Label("device", "devices", "device"),
    Label("source", "sources", "source", "referrer", weak=DIRECT),
    Label("channel", "channels", "channel", weak=DIRECT_CHANNEL, unknown=None),
    Label("browser", "browsers", "browser", unknown=None),
    Label("system", "systems", "os", unknown=None),
    Label("campaign", "campaigns", "campaign", unknown=None),
    Label("returning", "returning", None),
)
NEW, RETURNING = "new", "returning"
"""Values of the last label: whether the id of a session was seen earlier on the day it began."""

NO_LABELS: Labels = (None,) * len(LABELS)
PLACES = {label.field: place for place, label in enumerate(LABELS)}
DEVICE, SOURCE, IS_RETURNING = PLACES["device"], PLACES["source"], PLACES["returning"]
LEARNED = tuple(label for label in LABELS if label.key is not None)
"""Those that events give, by their places."""

UNKNOWNS = tuple(label.unknown for label in LABELS)
_FURTHER_KEYS = frozenset(label.key for label in LEARNED) - {"device"}
_TEXTS = tuple((label.key or "", label.else_key, label.weak) for label in LEARNED)


def learn(labels: Labels, metadata: Mapping[str, Any]) -> Labels:
    """The labels after an event with this metadata; the same object if it says nothing new. What it
    doesn't say stays: a page without a campaign ends none."""
    get = metadata.get
    if (  # (nearly always; key by key is twice as fast as tuples)
        get("device") == labels[DEVICE]
        and get("referrer") == labels[SOURCE]
        and _FURTHER_KEYS.isdisjoint(metadata)
    ):
        return labels
    changed: list[str | None] | None = None
    for place, (key, else_key, weak) in enumerate(_TEXTS):
        value, known = get(key), labels[place]
        if else_key and (not value or not isinstance(value, str)):
            value = get(else_key)
        if value is None or value == known or (value == weak and known is not None):
            continue
        if label := label_of(value):
            changed = changed or list(labels)
            changed[place] = label
    return labels if changed is None else shared(tuple(changed))


def with_visitor(labels: Labels, is_new: bool | None) -> Labels:
    """The labels of a session whose visitor is new on this day, or not; None: that isn't known."""
    if is_new is None:
        return labels
    return with_label(labels, IS_RETURNING, NEW if is_new else RETURNING)


@lru_cache(maxsize=4_096)
def with_label(labels: Labels, place: int, label: str) -> Labels:
    """The labels with another one at a place: one object for equal labels, as far as there is room
    in the cache."""
    return shared((*labels[:place], intern(label), *labels[place + 1 :]))


@lru_cache(maxsize=4_096)
def labels_bytes(labels: Labels) -> int:
    """Bytes of the labels that are long, of which each may belong to one session alone."""
    return sum(map(label_bytes, labels))


@lru_cache(maxsize=4_096)
def shared(labels: Labels) -> Labels:
    """One object for equal labels."""
    return tuple([label and intern(label) for label in labels])
