"""Logins by cookie: signed, good for 30 days since the last use, ended by a logout."""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from state.event import Logout

DAY_S = 24 * 3600
LASTS_S = 30 * DAY_S
RENEWED_AFTER_S = DAY_S
ENDED_KEPT = 10_000


class Login(NamedTuple):
    """The public part of a cookie's value, and when it was given, in epoch seconds."""

    id: str
    at: int


class Logins:
    """Makes and checks cookies: a random id, a time, and the HMAC of both under the token. So they
    are valid after a restart, and invalid with another token. ``was_ended`` returns whether the
    journal has a logout; ``clock`` gives epoch seconds."""

    def __init__(
        self, token: str, clock: Callable[[], float], was_ended: Callable[[str], bool]
    ) -> None:
        self._token = token.encode()
        self._clock = clock
        self._was_ended = was_ended
        self._ended_here: dict[str, None] = {}
        self._watched: dict[str, asyncio.Event] = {}

    def new_cookie(self) -> str:
        return self._cookie(secrets.token_hex(16))

    def find(self, cookie: str) -> Login | None:
        """Return the login that a cookie is good for, or None."""
        id_, _, rest = cookie.partition(".")
        at, _, signature = rest.partition(".")
        if not (at.isascii() and at.isdigit() and len(at) <= 12 and signature):
            return None
        login = Login(id_, int(at))
        if not hmac.compare_digest(signature.encode(), self._sign(login).encode()):
            return None
        is_over = self._clock() >= login.at + LASTS_S
        return None if is_over or id_ in self._ended_here or self._was_ended(id_) else login

    def renewed_cookie(self, login: Login) -> str | None:
        """Return a cookie that lasts longer, once a day."""
        is_due = self._clock() >= login.at + RENEWED_AFTER_S
        return self._cookie(login.id) if is_due else None

    def end(self, login: Login) -> Logout:
        """End a login here, and return the journal entry that ends it elsewhere."""
        self._ended_here[login.id] = None
        if len(self._ended_here) > ENDED_KEPT:
            del self._ended_here[next(iter(self._ended_here))]
        self.close_sockets(login.id)
        return Logout(login.id, self._clock() + LASTS_S)

    def close_sockets(self, login_id: str) -> None:
        """Have the sockets closed that are open by this login."""
        if (watched := self._watched.pop(login_id, None)) is not None:
            watched.set()

    def ended(self, login: Login) -> asyncio.Event:
        """Return the event that is set when the login ends."""
        return self._watched.setdefault(login.id, asyncio.Event())

    def _cookie(self, id_: str) -> str:
        login = Login(id_, int(self._clock()))
        return f"{login.id}.{login.at}.{self._sign(login)}"

    def _sign(self, login: Login) -> str:
        return hmac.new(self._token, f"{login.id}.{login.at}".encode(), sha256).hexdigest()
