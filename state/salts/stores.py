"""Where salts are kept: in memory, in a file beside the journal, or in Redis."""

import json
import os
from pathlib import Path

from redis import Redis

from state.journal.redis.link import blocking_client
from state.journal.redis.url import RedisAddress

KEPT_S = 3 * 86_400
"""Redis forgets a salt by itself, however long no node runs. It is made a day before its own."""


class MemorySalts:
    """Salts that end with the process, as its numbers do."""

    def __init__(self) -> None:
        self._salts: dict[str, bytes] = {}

    def get_or_keep(self, day: str, salt: bytes) -> bytes:
        return self._salts.setdefault(day, salt)

    def find(self, day: str) -> bytes | None:
        return self._salts.get(day)

    def forget_before(self, day: str) -> None:
        self._salts = {each: salt for each, salt in self._salts.items() if each >= day}


class SaltFile:
    """Salts in a JSON file that its owner alone may read. One process uses it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get_or_keep(self, day: str, salt: bytes) -> bytes:
        salts = self._read()
        if day not in salts:
            self._write(salts | {day: salt.hex()})
            return salt
        return bytes.fromhex(salts[day])

    def find(self, day: str) -> bytes | None:
        kept = self._read().get(day)
        return None if kept is None else bytes.fromhex(kept)

    def forget_before(self, day: str) -> None:
        salts = self._read()
        kept = {each: salt for each, salt in salts.items() if each >= day}
        if kept != salts:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._path.read_text())
            return found
        except (FileNotFoundError, ValueError):  # one that broke off is as good as none
            return {}

    def _write(self, salts: dict[str, str]) -> None:
        """Replace the file at once: after a power cut it is the old or the new one."""
        draft = self._path.with_name(f"{self._path.name}.new")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(salts, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


class RedisSalts:
    """Salts that all nodes of a cluster share."""

    def __init__(self, address: RedisAddress) -> None:
        self._redis: Redis = blocking_client(address)
        self._prefix = f"{{{address.stream}}}:salt:"

    def get_or_keep(self, day: str, salt: bytes) -> bytes:
        key = self._prefix + day
        if self._redis.set(key, salt, nx=True, ex=KEPT_S):
            return salt
        kept: bytes | None = self._redis.get(key)  # type: ignore[assignment]
        return salt if kept is None else kept

    def find(self, day: str) -> bytes | None:
        found: bytes | None = self._redis.get(self._prefix + day)  # type: ignore[assignment]
        return found

    def forget_before(self, day: str) -> None:
        """They expire by themselves."""
