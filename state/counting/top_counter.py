"""Counting by name: a bounded top list; and the event ids of a day."""

from collections.abc import Iterator, Mapping
from heapq import nlargest, nsmallest
from math import inf
from sys import intern

from msgspec import Raw
from msgspec.json import Encoder

from state.checkpoint_pieces import KeptIds, KeptNames, dicts_in_pieces
from state.sizes import ID_BYTES, NAME_BYTES, text_bytes

LISTED_BYTES = 32 * 1024
"""Of the names in a top list, as UTF-8: it goes out with every event."""

OTHER = "(other)"
TOP = 50
PARTS = 16
_json = Encoder()


class Room:
    """Bytes that several counters share for the names that they tell apart."""

    def __init__(self, size: float) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        """Take so many bytes, if they are there."""
        if self._left < size:
            return False
        self._left -= size
        return True

    def load(self, size: int) -> None:
        """Take so many bytes that were taken before a restart."""
        self._left -= size


class TopCounter:
    """Counts by name. The ``top`` largest are named, all others summed under "(other)". Of very
    long names fewer are named: 32 KiB of them together.

    The top list is kept while counting, never sorted out of all names: a name enters when it
    overtakes the smallest in the list, and is counted there alone while it is in it. At most
    ``names`` distinct ones are remembered, as far as there is ``room``; what comes beyond is
    counted as "(other)" only, so the sum always is the number counted."""

    def __init__(self, *, names: int, top: int = TOP, room: Room | None = None) -> None:
        self.total = 0
        self._names = names
        self._room = room or Room(inf)
        self._top = top
        self._counts: dict[str, int] = {}
        self._best: dict[str, int] = {}
        self._floor = 0
        self._listed = 0
        self._listed_bytes = 0
        self._json: Raw | None = None

    def add(self, name: str, times: int = 1) -> None:
        self.total += times
        self._json = None
        count = self._best.get(name)
        if count is not None:
            self._best[name] = count + times
            self._listed += times
            return
        count = self._counts.get(name)
        if count is None:
            if not self._has_room(name):
                return
            count = 0
        self._counts[name] = count = count + times
        if count > self._floor:
            self._list(name, count)

    def named(self) -> dict[str, int]:
        """At most ``top`` names and "(other)", in no order; the sum is ``total``."""
        named = self._best.copy()
        rest = self.total - self._listed
        if rest:
            named[OTHER] = rest
        return named

    def json(self) -> Raw:
        """``named`` as JSON: made once for as long as nothing is counted."""
        if self._json is None:
            listed, rest = _json.encode(self._best), self.total - self._listed
            if rest:
                comma = b"," if self._best else b""
                listed = b'%b%b"%b":%d}' % (listed[:-1], comma, OTHER.encode(), rest)
            self._json = Raw(listed)
        return self._json

    def dump(self, name: str) -> Iterator[KeptNames]:
        for counts in dicts_in_pieces(self._counts):
            yield KeptNames(name, self.total, self._floor, self._best, counts)

    def load(self, kept: KeptNames) -> None:
        self.total, self._floor = kept.total, kept.floor
        self._best = {intern(name): count for name, count in kept.best.items()}
        self._listed = sum(kept.best.values())
        self._listed_bytes = sum(map(_utf8_bytes, kept.best))
        for name, count in kept.counts.items():
            self._counts[intern(name)] = count
            self._room.load(NAME_BYTES + text_bytes(name))

    def _has_room(self, name: str) -> bool:
        if name == OTHER or len(self._counts) >= self._names:
            return False
        return self._room.take(NAME_BYTES + text_bytes(name))

    def _list(self, name: str, count: int) -> None:
        """Put a name into the list, if it has grown past the smallest in it. ``_floor`` is never
        above the smallest count listed (and 0 while there is room), so looking for the smallest is
        needed only when a name has grown past it. What leaves the list takes its count along."""
        best, size = self._best, _utf8_bytes(name)
        leaving = self._leaving(count, size)
        if leaving is None:
            return
        for other in leaving:
            left = self._counts[other] = best.pop(other)
            self._listed -= left
            self._listed_bytes -= _utf8_bytes(other)
        if len(best) + 1 < self._top:
            self._floor = 0
        best[name] = count
        self._listed += count
        self._listed_bytes += size

    def _leaving(self, count: int, size: int) -> list[str] | None:
        """Which names leave the list for one with this count: none while there is room, else the
        smallest ones; None where the smaller ones don't make room enough."""
        best, free = self._best, LISTED_BYTES - self._listed_bytes
        if len(best) < self._top and size <= free:
            return []
        leaving: list[str] = []
        for name in sorted(best, key=best.__getitem__):
            if len(best) == self._top and not leaving:
                self._floor = best[name]
            if best[name] >= count:
                return None
            leaving.append(name)
            free += _utf8_bytes(name)
            if size <= free:
                return leaving
        return None


def _utf8_bytes(text: str) -> int:
    """As JSON has it, or more."""
    return len(text) if text.isascii() else 4 * len(text)


def largest(counts: Mapping[str, int]) -> dict[str, int]:
    """The ``TOP`` largest of some counts, of equal ones the first by name; all others summed under
    "(other)", and so is a name that is called so itself."""
    floor = min(nlargest(TOP, counts.values()), default=0)
    named = {name: count for name, count in counts.items() if count > floor and name != OTHER}
    equal = (name for name, count in counts.items() if count == floor and name != OTHER)
    named |= dict.fromkeys(nsmallest(TOP - len(named), equal), floor)
    rest = sum(counts.values()) - sum(named.values())
    if rest:
        named[OTHER] = rest
    return named


class KnownIds:
    """Event ids and when they were first received: at least the newest ``most`` / 2 of them, or
    those that fit into ``most_bytes`` / 2. One that isn't ASCII counts as three.

    Two generations: dropping the oldest one by one from a dict costs a scan over the dropped. Each
    is many dicts: one of 350,000 ids takes 30 ms to grow. Which of them an id is in depends on the
    process, what is known doesn't."""

    def __init__(self, most: int, most_bytes: float = inf) -> None:
        self._half = max(1, min(most, most_bytes // ID_BYTES) // 2)
        self._count = 0
        self._young, self._old = _parts(), _parts()

    def add(self, event_id: str, at: float) -> float | None:
        """Since when the id has been known, or None: then it is from now on."""
        part = hash(event_id) % PARTS
        young = self._young[part]
        count = len(young)
        known_at = young.setdefault(event_id, at)
        if len(young) == count:
            return known_at
        old = self._old[part]
        if event_id in old:
            del young[event_id]
            return old[event_id]
        if self._count >= self._half:
            del young[event_id]
            self._old, self._young = self._young, _parts()
            self._young[part][event_id] = at
            self._count = 0
        self._count += 1 if event_id.isascii() else 3
        return None

    def clear(self) -> None:
        self._count = 0
        self._young, self._old = _parts(), _parts()

    def dump(self) -> Iterator[KeptIds]:
        for generation in (self._young, self._old):
            for part in generation:
                for ids in dicts_in_pieces(part):
                    yield KeptIds(generation is self._young, ids)

    def load(self, kept: KeptIds) -> None:
        generation = self._young if kept.is_young else self._old
        for event_id, at in kept.ids.items():
            generation[hash(event_id) % PARTS][event_id] = at
        if kept.is_young:
            self._count += sum(1 if event_id.isascii() else 3 for event_id in kept.ids)


def _parts() -> list[dict[str, float]]:
    return [{} for _ in range(PARTS)]
