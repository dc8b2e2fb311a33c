"""Counts by name, with a bounded top list."""

from collections.abc import Iterator, Mapping
from heapq import nlargest, nsmallest
from math import inf
from sys import intern

from msgspec import Raw
from msgspec.json import Encoder

from state.checkpoint_pieces import KeptNames, dicts_in_pieces
from state.sizes import NAME_BYTES, text_bytes

LISTED_BYTES = 32 * 1024
"""Bytes of the names in a top list, as UTF-8: it is sent with every event."""

OTHER = "(other)"
TOP = 50
_json = Encoder()


class NameBudget:
    """Bytes that several counters share for their names."""

    def __init__(self, size: float) -> None:
        self._left = size

    def reserve(self, size: int) -> bool:
        """Reserve so many bytes. Returns False, and reserves none, where fewer are left."""
        if self._left < size:
            return False
        self._left -= size
        return True

    def load(self, size: int) -> None:
        """Reserve bytes that a checkpoint says were reserved, whatever is left."""
        self._left -= size


class TopCounter:
    """Counts by name. The ``top`` largest are named, fewer if their names take more than 32 KiB;
    all others are summed under "(other)".

    The top list is maintained while counting, never sorted out of all names: a name enters when its
    count exceeds the smallest in the list, and is counted there alone while it is in the list. At
    most ``names`` distinct names are remembered, as far as ``budget`` lasts; any other name counts
    as "(other)" only. So the sum is always the number counted."""

    def __init__(self, *, names: int, top: int = TOP, budget: NameBudget | None = None) -> None:
        self.total = 0
        self._names = names
        self._budget = budget or NameBudget(inf)
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
            if not self._reserve(name):
                return
            count = 0
        self._counts[name] = count = count + times
        if count > self._floor:
            self._list(name, count)

    def remove(self, name: str) -> None:
        """Undo one ``add`` of the name. A name that isn't listed and now has a larger count enters
        the list when it is counted next."""
        self.total -= 1
        self._json = None
        count = self._best.get(name)
        if count is not None:
            self._best[name] = count - 1
            self._listed -= 1
            self._floor = min(self._floor, count - 1)
            if count == 1:
                self._counts[name] = self._best.pop(name) * 0
                self._listed_bytes -= _utf8_bytes(name)
        elif self._counts.get(name):
            self._counts[name] -= 1

    def knows(self, name: str) -> bool:
        """True for a name that was counted and had room."""
        return name in self._counts

    def count(self, name: str) -> int:
        """How often a name was counted; zero where it isn't remembered."""
        return self._best.get(name) or self._counts.get(name, 0)

    def counts(self) -> dict[str, int]:
        """The count of every name that is remembered, in no order."""
        return {**self._counts, **self._best}

    @property
    def names(self) -> int:
        """Distinct names that are remembered."""
        return len(self._counts)

    def named(self) -> dict[str, int]:
        """At most ``top`` names and "(other)", in no order; the sum is ``total``."""
        named = self._best.copy()
        rest = self.total - self._listed
        if rest:
            named[OTHER] = rest
        return named

    def json(self) -> Raw:
        """``named`` as JSON, encoded once until something is counted."""
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
            self._budget.load(NAME_BYTES + text_bytes(name))

    def _reserve(self, name: str) -> bool:
        """Make room for a new name. Returns False where there is none."""
        if name == OTHER or len(self._counts) >= self._names:
            return False
        return self._budget.reserve(NAME_BYTES + text_bytes(name))

    def _list(self, name: str, count: int) -> None:
        """Put a name into the list if its count exceeds the smallest in it. ``_floor`` is never
        above the smallest count in the list (0 while there is room), so the smallest is looked for
        only when a count exceeds the floor. A displaced name takes its count along."""
        best, size = self._best, _utf8_bytes(name)
        free = LISTED_BYTES - self._listed_bytes
        if len(best) == self._top or size > free:
            smallest_first = sorted(best, key=best.__getitem__)
            if len(best) == self._top:
                self._floor = best[smallest_first[0]]
            displaced = self._displaced(smallest_first, count, size - free)
            if displaced is None:
                return
            for other in displaced:
                left = self._counts[other] = best.pop(other)
                self._listed -= left
                self._listed_bytes -= _utf8_bytes(other)
        if len(best) + 1 < self._top:
            self._floor = 0
        best[name] = count
        self._listed += count
        self._listed_bytes += size

    def _displaced(self, smallest_first: list[str], count: int, missing: int) -> list[str] | None:
        """Returns the names that leave the list for one with this count: the smallest ones, until
        ``missing`` bytes are free; None where the smaller ones don't free enough."""
        displaced: list[str] = []
        for name in smallest_first:
            if self._best[name] >= count:
                return None
            displaced.append(name)
            missing -= _utf8_bytes(name)
            if missing <= 0:
                return displaced
        return None


def _utf8_bytes(text: str) -> int:
    """Its length in JSON, or more."""
    return len(text) if text.isascii() else 4 * len(text)


def largest(counts: Mapping[str, int]) -> dict[str, int]:
    """The ``TOP`` largest counts in descending order, equal ones by name; all others, and a name
    that is "(other)" itself, are summed under "(other)"."""
    floor = min(nlargest(TOP, counts.values()), default=0)
    named = {name: count for name, count in counts.items() if count > floor and name != OTHER}
    equal = (name for name, count in counts.items() if count == floor and name != OTHER)
    named |= dict.fromkeys(nsmallest(TOP - len(named), equal), floor)
    named = dict(sorted(named.items(), key=lambda item: (-item[1], item[0])))
    rest = sum(counts.values()) - sum(named.values())
    if rest:
        named[OTHER] = rest
    return named
