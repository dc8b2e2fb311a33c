"""Labels: the texts by which sessions are told apart besides country and pages, one row each.

A session has one tuple with all of them. Sessions, places and minutes share one object for equal
labels, so that another label costs no memory a session."""

from collections.abc import Mapping
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from state.event import label_of

Labels = tuple[str | None, ...]
"""One value for each of ``LABELS``; None where it isn't known."""


class Label(NamedTuple):
    """A label of sessions. ``field`` is its name in filters, ``plural`` that of its list. An event
    gives it under ``key`` of its metadata; None: it isn't given by events. Those come last. The
    value ``weak`` replaces no other one: who goes on to another page comes from nowhere new."""

    field: str
    plural: str
    key: str | None
    weak: str | None = None


DIRECT = "Direct"
"""The source of those who come by no link."""

LABELS = (
    Label("device", "devices", "device"),
    Label("source", "sources", "referrer", weak=DIRECT),
    Label("returning", "returning", None),
)
NEW, RETURNING = "new", "returning"
"""Values of the last label: whether the id of a session was seen earlier on the day it began."""

NO_LABELS: Labels = (None,) * len(LABELS)
PLACES = {label.field: place for place, label in enumerate(LABELS)}
DEVICE, SOURCE, IS_RETURNING = PLACES["device"], PLACES["source"], PLACES["returning"]
_KEYS = tuple(label.key for label in LABELS if label.key is not None)
_LEARNED = len(_KEYS)


def learn(labels: Labels, metadata: Mapping[str, Any]) -> Labels:
    """The labels after an event with this metadata; the same object if it says nothing new."""
    if tuple(map(metadata.get, _KEYS)) == labels[:_LEARNED]:  # nearly always
        return labels
    for place, key in enumerate(_KEYS):
        value = metadata.get(key)
        known = labels[place]
        if value == known or (known is not None and value == LABELS[place].weak):
            continue
        if label := label_of(value):
            labels = with_label(labels, place, label)
    return labels


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
def shared(labels: Labels) -> Labels:
    """One object for equal labels."""
    return tuple([label and intern(label) for label in labels])
